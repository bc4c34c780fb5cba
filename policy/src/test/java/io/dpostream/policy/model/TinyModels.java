package io.dpostream.policy.model;

import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Models small enough for numerical checks, one of each family, every tensor random. */
final class TinyModels {
  static final EngineOptions CPU = new EngineOptions("cpu", "float32", 1);

  private TinyModels() {}

  /** Vocabulary 50, hidden 32, 2 layers, 4 query and 2 key-value heads of 8, 64 positions. */
  static ModelConfig config(Family family, Optional<SlidingWindow> window, RopeScaling scaling) {
    return config(family, window, scaling, 64);
  }

  static ModelConfig config(
      Family family, Optional<SlidingWindow> window, RopeScaling scaling, int positions) {
    return new ModelConfig(
        family,
        Head.CAUSAL_LM,
        50,
        32,
        48,
        2,
        4,
        2,
        8,
        positions,
        1e-6,
        10_000,
        scaling,
        family == Family.QWEN2,
        family == Family.QWEN2,
        window,
        OptionalInt.of(1),
        List.of(2),
        OptionalInt.empty(),
        "float32");
  }

  static ModelConfig config(Family family) {
    return config(family, Optional.empty(), new RopeScaling.None());
  }

  /** Norms about 1, all else about 0, with a deviation that makes attention uneven. */
  static CheckpointFolder write(Path folder, ModelConfig config, long seed) throws IOException {
    Random random = new Random(seed);
    List<NamedTensor> tensors = new ArrayList<>();
    WeightLayout layout = WeightLayout.of(config);
    for (String name : layout.names()) {
      List<Long> shape = layout.shape(name);
      float[] values = new float[Math.toIntExact(shape.stream().reduce(1L, (a, b) -> a * b))];
      float mean = name.contains("norm") ? 1 : 0;
      for (int i = 0; i < values.length; i++) {
        values[i] = mean + 0.2f * (float) random.nextGaussian();
      }
      tensors.add(NamedTensor.of(name, shape, values));
    }
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config.toJson());
    Files.writeString(folder.resolve("tokenizer.json"), "{}"); // opened, never read
    SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors);
    return new CheckpointFolder(folder, config);
  }

  /** Sequences with prompts of 3, 5, 2... tokens and completions of 4, 1, 7... */
  static List<TokenSequence> sequences(int count, int vocab, long seed) {
    Random random = new Random(seed);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] prompt = random.ints(1 + random.nextInt(6), 0, vocab).toArray();
      int[] completion = random.ints(1 + random.nextInt(8), 0, vocab).toArray();
      sequences.add(new TokenSequence(prompt, completion));
    }
    return sequences;
  }
}
