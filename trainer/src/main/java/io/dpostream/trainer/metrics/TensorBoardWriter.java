package io.dpostream.trainer.metrics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes an event file that TensorBoard reads: records of a length, its checksum, an {@code Event}
 * protocol buffer and its checksum. An event has a time (field 1, double), a step (2, varint) and a
 * version (3) or a summary (5) of scalars (field 1: tag 1, value 2).
 *
 * <p>Not thread-safe. Every event is flushed to the operating system at once.
 */
public final class TensorBoardWriter implements AutoCloseable {
  private final OutputStream out;

  private TensorBoardWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Begins a new event file in a folder; TensorBoard merges the files of a folder.
   *
   * @param now names the file
   */
  public static TensorBoardWriter create(Path folder, Instant now) {
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve("events.out.tfevents." + now.getEpochSecond() + ".dpo");
      for (int i = 1; Files.exists(file); i++) {
        file = folder.resolve("events.out.tfevents." + now.getEpochSecond() + ".dpo." + i);
      }
      TensorBoardWriter writer =
          new TensorBoardWriter(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
      writer.event(now, 0, 3, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
      return writer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds one event with these scalars. */
  public void scalars(Instant now, long step, Map<String, Double> values) {
    ByteArrayOutputStream summary = new ByteArrayOutputStream();
    values.forEach(
        (tag, value) -> {
          ByteArrayOutputStream scalar = new ByteArrayOutputStream();
          bytes(scalar, 1, tag.getBytes(StandardCharsets.UTF_8));
          fixed32(scalar, 2, value.floatValue());
          bytes(summary, 1, scalar.toByteArray());
        });
    try {
      event(now, step, 5, summary.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void event(Instant now, long step, int field, byte[] content) throws IOException {
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    fixed64(event, 1, now.toEpochMilli() / 1000.0);
    if (step != 0) {
      event.write(2 << 3);
      varint(event, step);
    }
    bytes(event, field, content);
    byte[] data = event.toByteArray();
    byte[] length = littleEndian(8).putLong(data.length).array();
    ByteBuffer record = littleEndian(8 + 4 + data.length + 4);
    record.put(length).putInt(maskedCrc(length)).put(data).putInt(maskedCrc(data));
    out.write(record.array());
    out.flush();
  }

  /** The checksum of TensorFlow's record files: CRC-32C rotated right by 15, plus a constant. */
  private static int maskedCrc(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
    out.write(field << 3 | 2);
    varint(out, value.length);
    out.writeBytes(value);
  }

  private static void fixed32(ByteArrayOutputStream out, int field, float value) {
    out.write(field << 3 | 5);
    out.writeBytes(littleEndian(4).putFloat(value).array());
  }

  private static void fixed64(ByteArrayOutputStream out, int field, double value) {
    out.write(field << 3 | 1);
    out.writeBytes(littleEndian(8).putDouble(value).array());
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
