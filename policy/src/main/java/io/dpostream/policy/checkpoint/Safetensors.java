package io.dpostream.policy.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.FloatWidening;
import io.dpostream.policy.torch.NamedTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads named tensors in Hugging Face's safetensors format: one file, or the shards of a folder's
 * {@code model.safetensors.index.json}. Opening reads and checks the headers; data is mapped when
 * asked for, in slices, so that files and tensors beyond 2 GB can be read.
 *
 * <p>Immutable and thread-safe; holds no open file.
 */
public final class Safetensors {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_HEADER_BYTES = 100_000_000;

  /** Small enough that what the collector has not unmapped or freed yet is little. */
  private static final int CHUNK_BYTES = 1 << 22;

  /**
   * The location of a tensor.
   *
   * @param shape its dimensions; none for a scalar
   * @param begin first byte in the file
   * @param end byte after the last
   */
  record Entry(String name, Path file, Dtype dtype, List<Long> shape, long begin, long end) {
    long elements() {
      return NamedTensor.elements(shape);
    }
  }

  private final Path source;
  private final SortedMap<String, Entry> entries;

  private Safetensors(Path source, SortedMap<String, Entry> entries) {
    this.source = source;
    this.entries = entries;
  }

  /**
   * Opens a model folder: {@code model.safetensors}, or the shards that {@code
   * model.safetensors.index.json} names.
   *
   * @throws CheckpointException if a file is missing, truncated or malformed
   */
  public static Safetensors openFolder(Path folder) {
    Path index = folder.resolve("model.safetensors.index.json");
    return Files.exists(index) ? openShards(index) : open(folder.resolve("model.safetensors"));
  }

  /**
   * Opens one file.
   *
   * @throws CheckpointException if it is missing, truncated or malformed
   */
  public static Safetensors open(Path file) {
    return new Safetensors(file, readHeader(file));
  }

  /**
   * The shards that an index names.
   *
   * @throws CheckpointException if a name is not that of a file beside the index
   */
  public static Set<String> shardNames(Path index) {
    Set<String> names = new TreeSet<>();
    for (Map.Entry<String, JsonNode> field : weightMap(index).properties()) {
      names.add(shard(index, field.getKey(), field.getValue()).getFileName().toString());
    }
    return names;
  }

  private static JsonNode weightMap(Path index) {
    JsonNode weightMap = parse(index, readText(index)).path("weight_map");
    if (!weightMap.isObject() || weightMap.isEmpty()) {
      throw new CheckpointException(index, "has no weight_map; download the file again");
    }
    return weightMap;
  }

  private static Safetensors openShards(Path index) {
    Map<String, SortedMap<String, Entry>> shards = new TreeMap<>();
    SortedMap<String, Entry> entries = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : weightMap(index).properties()) {
      Path shard = shard(index, field.getKey(), field.getValue());
      Entry entry =
          shards
              .computeIfAbsent(shard.getFileName().toString(), name -> readHeader(shard))
              .get(field.getKey());
      if (entry == null) {
        throw new CheckpointException(
            shard, "has no tensor " + field.getKey() + ", which the index places there");
      }
      entries.put(field.getKey(), entry);
    }
    return new Safetensors(index, entries);
  }

  /** A shard lies beside its index, whoever wrote it: no name leads out of the folder. */
  private static Path shard(Path index, String tensor, JsonNode name) {
    if (!name.isTextual() || !name.asText().matches("(?!\\.)[\\w.-]+")) {
      throw new CheckpointException(
          index,
          "weight_map places %s in %s, which is not the plain name of a file beside it"
              .formatted(tensor, name));
    }
    return index.resolveSibling(name.asText());
  }

  private static SortedMap<String, Entry> readHeader(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size < 8) {
        throw new CheckpointException(file, "truncated: " + size + " bytes; download it again");
      }
      long length = readFully(channel, 0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (length < 2 || length > MAX_HEADER_BYTES || length > size - 8) {
        throw new CheckpointException(
            file,
            "header of "
                + length
                + " bytes in a file of "
                + size
                + "; not a safetensors file, or truncated: download it again");
      }
      String text = StandardCharsets.UTF_8.decode(readFully(channel, 8, (int) length)).toString();
      return entries(file, parse(file, text), 8 + length, size);
    } catch (NoSuchFileException e) {
      throw new CheckpointException(file, "no such file; a model folder needs its weights", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }

  private static ByteBuffer readFully(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new IOException("file ends at " + (position + bytes.position()));
      }
    }
    return bytes.flip();
  }

  private static SortedMap<String, Entry> entries(
      Path file, JsonNode header, long dataBegin, long size) {
    List<Entry> found = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (!field.getKey().equals("__metadata__")) {
        found.add(entry(file, field.getKey(), field.getValue(), dataBegin));
      }
    }
    found.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long position = dataBegin;
    SortedMap<String, Entry> entries = new TreeMap<>();
    for (Entry entry : found) {
      if (entry.begin != position) {
        throw new CheckpointException(
            file,
            "tensor " + entry.name + " overlaps another or leaves a hole; the file is malformed");
      }
      position = entry.end;
      entries.put(entry.name, entry);
    }
    if (position != size) {
      throw new CheckpointException(
          file,
          size
              + " bytes where the header announces "
              + position
              + "; truncated: download it again");
    }
    return entries;
  }

  private static Entry entry(Path file, String name, JsonNode node, long dataBegin) {
    Dtype dtype;
    try {
      dtype = Dtype.valueOf(node.path("dtype").asText());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          file,
          "tensor "
              + name
              + " has dtype '"
              + node.path("dtype").asText()
              + "'; supported: F32, F16, BF16",
          e);
    }
    JsonNode offsets = node.path("data_offsets");
    List<Long> shape = new ArrayList<>();
    boolean sound = node.path("shape").isArray() && offsets.size() == 2;
    for (Iterator<JsonNode> sizes = node.path("shape").elements(); sizes.hasNext(); ) {
      JsonNode dimension = sizes.next();
      sound &= dimension.isIntegralNumber() && dimension.asLong() >= 0;
      shape.add(dimension.asLong());
    }
    long begin = dataBegin + offsets.path(0).asLong(-1);
    long end = dataBegin + offsets.path(1).asLong(-1);
    Entry entry = new Entry(name, file, dtype, List.copyOf(shape), begin, end);
    try {
      sound &= begin >= dataBegin && end - begin == entry.elements() * dtype.bytes();
    } catch (ArithmeticException e) {
      sound = false;
    }
    if (!sound) {
      throw new CheckpointException(
          file, "tensor " + name + " has a shape that its data_offsets do not fit; malformed");
    }
    return entry;
  }

  private static String readText(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }

  private static JsonNode parse(Path file, String text) {
    try {
      JsonNode node = JSON.readTree(text);
      if (!node.isObject()) {
        throw new CheckpointException(file, "its header is not a JSON object; malformed");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file, "malformed JSON in it: " + JsonFiles.problem(e), e);
    }
  }

  /** The file that was opened. */
  public Path source() {
    return source;
  }

  /** The tensors' names, sorted. */
  public TreeSet<String> names() {
    return new TreeSet<>(entries.keySet());
  }

  public boolean has(String name) {
    return entries.containsKey(name);
  }

  /** A tensor's dimensions. */
  public List<Long> shape(String name) {
    return entry(name).shape;
  }

  /** Whether two tensors are stored alike: dtype, shape and every byte. */
  public boolean sameBytes(String one, String other) {
    Entry a = entry(one);
    Entry b = entry(other);
    if (a.dtype != b.dtype || !a.shape.equals(b.shape)) {
      return false;
    }
    for (long at = 0; at < a.end - a.begin; at += CHUNK_BYTES) {
      if (!mapped(a, a.begin + at).equals(mapped(b, b.begin + at))) {
        return false;
      }
    }
    return true;
  }

  Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new CheckpointException(source, "has no tensor " + name);
    }
    return entry;
  }

  /** Returns a tensor, which is read when streamed. */
  public NamedTensor tensor(String name) {
    entry(name);
    return new StoredTensor(this, name);
  }

  /** Reads a tensor as float32; the conversion is exact for all dtypes except F64. */
  void stream(String name, NamedTensor.FloatSink sink) {
    Entry entry = entry(name);
    for (long at = entry.begin; at < entry.end; at += CHUNK_BYTES) {
      sink.accept(FloatWidening.widen(mapped(entry, at), entry.dtype));
    }
  }

  /** Maps a tensor's bytes from a place in the file on, at most {@code CHUNK_BYTES} of them. */
  private static ByteBuffer mapped(Entry entry, long at) {
    try (FileChannel channel = FileChannel.open(entry.file)) {
      long length = Math.min(CHUNK_BYTES, entry.end - at);
      return channel.map(MapMode.READ_ONLY, at, length).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new CheckpointException(entry.file, "cannot be read: " + e, e);
    }
  }
}
