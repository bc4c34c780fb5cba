package io.dpostream.policy.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.torch.NamedTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Writes float32 tensors in Hugging Face's safetensors format. Equal tensors give equal bytes:
 * entries are sorted by name, and the header is padded to 8 bytes with spaces.
 */
public final class SafetensorsWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SafetensorsWriter() {}

  /**
   * Writes a new file and forces it to the disk.
   *
   * @throws IOException if the file exists already or cannot be written
   */
  public static void write(Path file, Collection<? extends NamedTensor> tensors)
      throws IOException {
    List<NamedTensor> sorted =
        tensors.stream()
            .<NamedTensor>map(tensor -> tensor)
            .sorted(Comparator.comparing(NamedTensor::name))
            .toList();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeFully(channel, header(sorted));
      for (NamedTensor tensor : sorted) {
        tensor.stream(floats -> append(channel, floats));
      }
      channel.force(true);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static ByteBuffer header(List<NamedTensor> sorted) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (NamedTensor tensor : sorted) {
      long end = offset + Float.BYTES * NamedTensor.elements(tensor.shape());
      ObjectNode entry = json.putObject(tensor.name()).put("dtype", "F32");
      tensor.shape().forEach(entry.putArray("shape")::add);
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] text = JSON.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 7) / 8 * 8;
    ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static void append(FileChannel channel, ByteBuffer bytes) {
    try {
      writeFully(channel, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
