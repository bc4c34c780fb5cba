package io.dpostream.benchmarks.memory;

import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.RandomCheckpoint;
import io.dpostream.policy.model.RopeScaling;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.RecordCopy;
import io.dpostream.trainer.LoraConfig;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerSettings;
import io.dpostream.trainer.learner.TrainingBatch;
import io.dpostream.trainer.learner.TrainingPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Trains adapters on every projection of a random Llama of 55 million parameters, and prints the
 * most memory that the process held: all of it, and what no file is mapped to.
 */
public final class AdapterMemory {
  private static final EngineOptions CPU = new EngineOptions("cpu", "float32", 1);
  private static final int VOCABULARY = 32_000;
  private static final int PAIRS = 4;
  private static final int TOKENS = 64;
  private static final int STEPS = 5;

  private AdapterMemory() {}

  /**
   * Takes {@code write FOLDER}, or {@code train MODEL REFERENCE WORK_FOLDER}: a reference other
   * than the model is loaded beside it.
   */
  public static void main(String[] args) throws IOException {
    if (args[0].equals("write")) {
      write(Path.of(args[1]));
    } else {
      train(Path.of(args[1]), Path.of(args[2]), Path.of(args[3]));
    }
  }

  private static void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"vocab\": {}}}");
    ModelConfig config =
        new ModelConfig(
            Family.LLAMA,
            Head.CAUSAL_LM,
            VOCABULARY,
            512,
            1408,
            12,
            8,
            8,
            64,
            256,
            1e-6,
            10_000,
            new RopeScaling.None(),
            true,
            false,
            Optional.empty(),
            OptionalInt.of(1),
            List.of(2),
            OptionalInt.empty(),
            "float32");
    RandomCheckpoint.write(folder, config, 1, 0.02);
  }

  private static void train(Path model, Path reference, Path work) throws IOException {
    LoraConfig adapters = new LoraConfig(16, 16, 0, List.of("all-linear"), false);
    TrainerConfig config = RecordCopy.with(TrainerConfig.defaults(), "lora", adapters);
    Random random = new Random(1);
    long anonymous = 0;
    try (DpoLearner learner =
        DpoLearner.open(config, new LearnerSettings(model, reference, CPU, work))) {
      for (int step = 1; step <= STEPS; step++) {
        List<TrainingPair> pairs =
            IntStream.range(0, PAIRS).mapToObj(i -> pair(i, random)).toList();
        learner.step(new TrainingBatch(step, pairs, OptionalDouble.empty(), -1));
        anonymous = Math.max(anonymous, kilobytes("RssAnon"));
      }
      System.out.printf(
          Locale.ROOT,
          "peak %.0f MB, after a step %.0f MB without files, policy %s%n",
          kilobytes("VmHWM") / 1e3,
          anonymous / 1e3,
          learner.policySha256().substring(0, 16));
    }
  }

  private static TrainingPair pair(int offset, Random random) {
    return new TrainingPair(
        0,
        offset,
        "pair-" + offset,
        ids(random, TOKENS / 2),
        ids(random, TOKENS / 2),
        ids(random, TOKENS / 2),
        List.of(),
        1,
        OptionalDouble.empty(),
        -1);
  }

  private static int[] ids(Random random, int count) {
    return random.ints(count, 3, VOCABULARY).toArray();
  }

  private static long kilobytes(String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
