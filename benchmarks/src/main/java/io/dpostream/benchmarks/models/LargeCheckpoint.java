package io.dpostream.benchmarks.models;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Writes the folder of a Llama in bfloat16 of any size, a shard for each layer, without ever
 * holding a tensor in memory. Its values are random, and repeat.
 */
final class LargeCheckpoint {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int VOCABULARY = 32_000;
  private static final int HIDDEN = 2048;
  private static final int INNER = 8192;
  private static final int HEADS = 16;
  private static final int BLOCK = 1 << 20;

  private final Path folder;
  private final ObjectNode index = JSON.createObjectNode();
  private final ByteBuffer block = ByteBuffer.allocate(2 * BLOCK).order(ByteOrder.LITTLE_ENDIAN);

  private LargeCheckpoint(Path folder) {
    this.folder = folder;
    Random random = new Random(1);
    for (int i = 0; i < BLOCK; i++) {
      float value = 0.02f * (float) random.nextGaussian();
      block.putShort((short) (Float.floatToIntBits(value) >>> 16));
    }
  }

  /** Writes a folder of about so many bytes. */
  static void write(Path folder, double gigabytes) throws IOException {
    long layerBytes = 2L * (4L * HIDDEN * HIDDEN + 3L * HIDDEN * INNER);
    int layers = (int) Math.max(1, Math.round(gigabytes * 1e9 / layerBytes));
    Files.createDirectories(folder);
    LargeCheckpoint checkpoint = new LargeCheckpoint(folder);
    checkpoint.config(layers);
    Map<String, long[]> ends = new LinkedHashMap<>();
    ends.put("model.embed_tokens.weight", new long[] {VOCABULARY, HIDDEN});
    ends.put("model.norm.weight", new long[] {HIDDEN});
    checkpoint.shard("model-ends.safetensors", ends);
    for (int layer = 0; layer < layers; layer++) {
      checkpoint.shard("model-layer-" + layer + ".safetensors", layer(layer));
    }
    ObjectNode file = JSON.createObjectNode();
    file.set("weight_map", checkpoint.index);
    Files.writeString(folder.resolve("model.safetensors.index.json"), file.toString());
  }

  private void config(int layers) throws IOException {
    ObjectNode json = JSON.createObjectNode().put("model_type", "llama");
    json.put("vocab_size", VOCABULARY).put("hidden_size", HIDDEN).put("intermediate_size", INNER);
    json.put("num_hidden_layers", layers).put("num_attention_heads", HEADS);
    json.put("max_position_embeddings", 4096).put("tie_word_embeddings", true);
    Files.writeString(folder.resolve("config.json"), json.put("dtype", "bfloat16").toString());
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
  }

  private static Map<String, long[]> layer(int layer) {
    String prefix = "model.layers." + layer + ".";
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (String name : new String[] {"q", "k", "v", "o"}) {
      shapes.put(prefix + "self_attn." + name + "_proj.weight", new long[] {HIDDEN, HIDDEN});
    }
    shapes.put(prefix + "mlp.gate_proj.weight", new long[] {INNER, HIDDEN});
    shapes.put(prefix + "mlp.up_proj.weight", new long[] {INNER, HIDDEN});
    shapes.put(prefix + "mlp.down_proj.weight", new long[] {HIDDEN, INNER});
    shapes.put(prefix + "input_layernorm.weight", new long[] {HIDDEN});
    shapes.put(prefix + "post_attention_layernorm.weight", new long[] {HIDDEN});
    return shapes;
  }

  private void shard(String name, Map<String, long[]> shapes) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    long end = 0;
    for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
      index.put(tensor.getKey(), name);
      long begin = end;
      long elements = 1;
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "BF16");
      for (long size : tensor.getValue()) {
        entry.withArray("shape").add(size);
        elements *= size;
      }
      end += 2 * elements;
      entry.putArray("data_offsets").add(begin).add(end);
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    try (FileChannel file =
        FileChannel.open(
            folder.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      write(file, length.putLong(text.length).flip());
      write(file, ByteBuffer.wrap(text));
      for (long at = 0; at < end; at += 2L * BLOCK) {
        block.clear().limit((int) Math.min(2L * BLOCK, end - at));
        write(file, block);
      }
    }
  }

  private static void write(FileChannel file, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }
}
