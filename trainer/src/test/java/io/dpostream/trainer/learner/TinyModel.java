package io.dpostream.trainer.learner;

import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.tinymodel.TinyLlama;
import io.dpostream.trainer.Records;
import io.dpostream.trainer.TrainerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/** A tiny Llama of 50 tokens, with pairs to train it on. */
public final class TinyModel {
  public static final int VOCAB = 50;
  public static final EngineOptions CPU = new EngineOptions("cpu", "float32", 1);

  private TinyModel() {}

  public static Path write(Path folder, long seed) {
    return write(folder, seed, VOCAB, 2);
  }

  public static Path write(Path folder, long seed, int vocab, int layers) {
    return TinyLlama.ofVocabulary(vocab)
        .withLayers(layers)
        .write(folder, "{\"model\": {\"vocab\": {\"a\": 0}}}", seed)
        .path();
  }

  /** A learner whose reference is its own first policy. */
  static DpoLearner learner(TrainerConfig config, Path model, Path work) {
    return DpoLearner.open(config, new LearnerSettings(model, model, CPU, work));
  }

  /** Eight pairs a step and a learning rate that moves a tiny model, with these changes. */
  static TrainerConfig config(Object... namesAndValues) {
    TrainerConfig base =
        Records.with(
            TrainerConfig.defaults(),
            "learningRate",
            1e-3,
            "maxLength",
            Optional.empty(),
            "maxPromptLength",
            Optional.empty());
    return Records.with(base, namesAndValues);
  }

  static List<TrainingPair> pairs(int count, long seed) {
    Random random = new Random(seed);
    List<TrainingPair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pairs.add(
          new TrainingPair(
              0,
              i,
              "pair-" + i,
              ids(random, 2 + random.nextInt(12)),
              ids(random, 1 + random.nextInt(20)),
              ids(random, 1 + random.nextInt(20)),
              List.of(),
              0.9,
              OptionalDouble.of(1),
              -1));
    }
    return pairs;
  }

  private static int[] ids(Random random, int length) {
    return random.ints(length, 3, VOCAB).toArray();
  }

  static TrainingBatch batch(long step, List<TrainingPair> pairs) {
    return new TrainingBatch(step, pairs, OptionalDouble.empty(), 0);
  }
}
