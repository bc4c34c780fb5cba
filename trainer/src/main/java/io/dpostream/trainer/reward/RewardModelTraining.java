package io.dpostream.trainer.reward;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.CheckpointWriter;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.RewardForwardPass;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.epoch.EpochSettings;
import io.dpostream.trainer.epoch.EpochStep;
import io.dpostream.trainer.epoch.EpochTraining;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Trains a model to give the chosen completion of every pair the higher score. All weights are
 * trained; a language model's head is replaced by a score that is drawn from the seed. The same
 * model, data and configuration on the same machine give the same weights. Not thread-safe.
 */
public final class RewardModelTraining implements AutoCloseable {
  private final CheckpointFolder source;
  private final ModelConfig written;
  private final RewardConfig config;
  private final RewardData data;
  private final TrainableModel model;
  private final EpochTraining<List<RewardPair>, PairLoss> training;

  /**
   * Loads the model.
   *
   * @param padToken what transformers fills sequences with; a model that has one keeps its own
   * @throws io.dpostream.policy.checkpoint.CheckpointException if it cannot be used
   */
  public RewardModelTraining(
      CheckpointFolder source,
      int padToken,
      EngineOptions engine,
      RewardConfig config,
      RewardData data) {
    this.source = source;
    this.config = config;
    this.data = data;
    this.written =
        source
            .config()
            .withHead(Head.SEQUENCE_CLASSIFICATION)
            .withPadToken(source.config().padTokenId().orElse(padToken));
    CheckpointFolder padded = source.withConfig(written.withHead(source.config().head()));
    this.model = TrainableModel.loadReward(padded, engine, config.seed());
    this.training =
        new EpochTraining<>(settings(config), model, epoch -> data.batches(config, epoch));
  }

  private static EpochSettings settings(RewardConfig config) {
    return new EpochSettings(
        "reward", config.optimizer(), config.numTrainEpochs(), config.maxSteps());
  }

  /** Steps that {@link #run} takes. */
  public long steps() {
    return training.steps();
  }

  /**
   * Trains; epochs repeat until the last step when {@code max_steps} asks for more than there are.
   *
   * @param listener receives every step
   * @throws UserException if the loss or the gradient stops being finite
   */
  public void run(Consumer<EpochStep<PairLoss>> listener) {
    training.run(this::gradient, listener);
  }

  private PairLoss gradient(List<RewardPair> batch) {
    try (RewardForwardPass pass = model.forwardScores(ids(batch))) {
      Scores scores = new Scores(pass.scores());
      double loss = 0;
      double[] slopes = new double[2 * batch.size()];
      for (int i = 0; i < batch.size(); i++) {
        BradleyTerry pair =
            BradleyTerry.of(
                scores.chosen(i),
                scores.rejected(i),
                batch.get(i).margin(),
                config.centerRewardsCoefficient());
        loss += pair.loss() / batch.size();
        slopes[2 * i] = pair.dChosen() / batch.size();
        slopes[2 * i + 1] = pair.dRejected() / batch.size();
      }
      pass.backward(slopes);
      return new PairLoss(loss, scores.accuracy());
    }
  }

  /** How well the model, as it stands, orders the pairs that were held out. */
  public RewardAccuracy heldOut() {
    long right = 0;
    double margin = 0;
    List<RewardPair> pairs = data.heldOut();
    for (int i = 0; i < pairs.size(); i += config.perDeviceTrainBatchSize()) {
      List<RewardPair> batch =
          pairs.subList(i, Math.min(pairs.size(), i + config.perDeviceTrainBatchSize()));
      try (RewardForwardPass pass = model.forwardScores(ids(batch))) {
        Scores scores = new Scores(pass.scores());
        right += scores.right();
        margin += scores.margins();
      }
    }
    return new RewardAccuracy(pairs.size(), (double) right / pairs.size(), margin / pairs.size());
  }

  /** The identity of the weights as they stand. */
  public String sha256() {
    return model.sha256();
  }

  /**
   * Writes the model as a Hugging Face folder for sequence classification.
   *
   * @throws io.dpostream.policy.checkpoint.CheckpointException if the folder exists or cannot be
   *     written
   */
  public void write(Path folder) {
    training.write(new CheckpointWriter(source, written), folder);
  }

  @Override
  public void close() {
    training.close();
  }

  /** Chosen and rejected in turn. */
  private static List<int[]> ids(List<RewardPair> batch) {
    return batch.stream().flatMap(pair -> Stream.of(pair.chosen(), pair.rejected())).toList();
  }

  /** The scores of a batch's pairs, chosen and rejected in turn. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Scores(float[] values) {
    double chosen(int pair) {
      return values[2 * pair];
    }

    double rejected(int pair) {
      return values[2 * pair + 1];
    }

    long right() {
      long right = 0;
      for (int i = 0; i < values.length / 2; i++) {
        right += chosen(i) > rejected(i) ? 1 : 0;
      }
      return right;
    }

    double margins() {
      double sum = 0;
      for (int i = 0; i < values.length / 2; i++) {
        sum += chosen(i) - rejected(i);
      }
      return sum;
    }

    RewardAccuracy accuracy() {
      int pairs = values.length / 2;
      return new RewardAccuracy(pairs, (double) right() / pairs, margins() / pairs);
    }
  }
}
