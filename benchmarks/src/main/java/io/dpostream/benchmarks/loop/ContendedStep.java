package io.dpostream.benchmarks.loop;

import io.dpostream.pipeline.quickstart.TinyModel;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.SamplingOptions;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerSettings;
import io.dpostream.trainer.learner.TrainingBatch;
import io.dpostream.trainer.learner.TrainingPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How long a training step takes alone, and how long beside a sampler in the same process and a
 * busy process outside. What the threads of an operation do while they wait for each other decides
 * it.
 */
public final class ContendedStep {
  private static final int PAIRS = 32;
  private static final int WARM_UP = 5;

  private final DpoLearner learner;
  private final Random random = new Random(1);
  private long step;

  private ContendedStep(DpoLearner learner) {
    this.learner = learner;
  }

  /** Arguments: threads of an operation, and steps to measure. */
  public static void main(String[] args) throws Exception {
    int threads = Integer.parseInt(args[0]);
    int steps = Integer.parseInt(args[1]);
    Path folder = Files.createTempDirectory("contended-step");
    Path model = TinyModel.install(folder.resolve("tiny")).model();
    EngineOptions engine = new EngineOptions("cpu", "float32", threads);
    LearnerSettings settings = new LearnerSettings(model, model, engine, folder.resolve("work"));
    try (DpoLearner learner = DpoLearner.open(TrainerConfig.defaults(), settings);
        LanguageModel sampled = LanguageModel.load(CheckpointFolder.open(model), engine)) {
      ContendedStep benchmark = new ContendedStep(learner);
      benchmark.measure(WARM_UP);
      double[] quiet = benchmark.measure(steps);
      double[] contended = benchmark.contended(sampled, steps);
      System.out.println(
          String.format(
              Locale.ROOT,
              "| %d | %.0f | %.0f | %.0f | %.0f | %.1f |",
              threads,
              1000 * quantile(quiet, 0.5),
              1000 * quantile(contended, 0.5),
              1000 * quantile(contended, 0.9),
              1000 * quantile(contended, 1),
              quantile(contended, 0.5) / quantile(quiet, 0.5)));
    }
  }

  private double[] contended(LanguageModel model, int steps) throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread sampler = new Thread(() -> sample(model, stop), "sampler");
    Process outside = new ProcessBuilder("sh", "-c", "while :; do :; done").start();
    try {
      sampler.start();
      return measure(steps);
    } finally {
      outside.destroyForcibly();
      stop.set(true);
      sampler.join();
    }
  }

  private static void sample(LanguageModel model, AtomicBoolean stop) {
    SamplingOptions options = new SamplingOptions(1, 1, 0, 32, Set.of());
    Random random = new Random(2);
    while (!stop.get()) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (int i = 0; i < 2 * PAIRS; i++) {
        requests.add(new GenerationRequest(ids(random, 24), i));
      }
      model.decoder().generate(requests, options);
    }
  }

  private double[] measure(int steps) {
    double[] seconds = new double[steps];
    for (int i = 0; i < steps; i++) {
      TrainingBatch batch = batch();
      long begun = System.nanoTime();
      learner.step(batch);
      seconds[i] = (System.nanoTime() - begun) / 1e9;
    }
    return seconds;
  }

  private TrainingBatch batch() {
    List<TrainingPair> pairs = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      pairs.add(
          new TrainingPair(
              0,
              step * PAIRS + i,
              "pair",
              ids(random, 16 + random.nextInt(16)),
              ids(random, 4 + random.nextInt(28)),
              ids(random, 4 + random.nextInt(28)),
              List.of(),
              1,
              OptionalDouble.empty(),
              -1));
    }
    return new TrainingBatch(++step, pairs, OptionalDouble.empty(), 0);
  }

  private static int[] ids(Random random, int length) {
    return random.ints(length, 3, 900).toArray();
  }

  private static double quantile(double[] values, double quantile) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    return sorted[(int) Math.round(quantile * (sorted.length - 1))];
  }
}
