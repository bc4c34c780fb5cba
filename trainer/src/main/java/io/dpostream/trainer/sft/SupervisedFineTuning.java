package io.dpostream.trainer.sft;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.CheckpointWriter;
import io.dpostream.policy.model.ForwardPass;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.epoch.EpochSettings;
import io.dpostream.trainer.epoch.EpochStep;
import io.dpostream.trainer.epoch.EpochTraining;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Maximizes the likelihood of completions given their prompts. The loss of a step is the mean over
 * the batch's completion tokens; prompts contribute nothing. The same model, data and configuration
 * on the same machine give the same weights. Not thread-safe.
 */
public final class SupervisedFineTuning implements AutoCloseable {
  private final CheckpointFolder source;
  private final TrainableModel model;
  private final EpochTraining<List<SftBatches.Row>, TokenLoss> training;

  /**
   * Loads the model.
   *
   * @throws io.dpostream.policy.checkpoint.CheckpointException if it cannot be used
   */
  public SupervisedFineTuning(
      CheckpointFolder source, EngineOptions engine, SftConfig config, SftData data) {
    this.source = source;
    this.model = TrainableModel.load(source, engine);
    this.training =
        new EpochTraining<>(
            settings(config), model, epoch -> SftBatches.of(data.sequences(), config, epoch));
  }

  private static EpochSettings settings(SftConfig config) {
    return new EpochSettings("sft", config.optimizer(), config.numTrainEpochs(), config.maxSteps());
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
  public void run(Consumer<EpochStep<TokenLoss>> listener) {
    training.run(this::gradient, listener);
  }

  /** Adds the gradient of the mean loss over completion tokens, and gives that loss. */
  private TokenLoss gradient(List<SftBatches.Row> batch) {
    List<TokenSequence> sequences =
        batch.stream().flatMap(row -> row.sequences().stream()).toList();
    try (ForwardPass pass = model.forward(sequences)) {
      float[][] logprobs = pass.logprobs();
      long tokens = Arrays.stream(logprobs).mapToLong(row -> row.length).sum();
      double[][] slope = new double[logprobs.length][];
      double sum = 0;
      for (int i = 0; i < logprobs.length; i++) {
        slope[i] = new double[logprobs[i].length];
        Arrays.fill(slope[i], -1.0 / tokens);
        for (float logprob : logprobs[i]) {
          sum -= logprob;
        }
      }
      pass.backward(slope);
      return new TokenLoss(sum / tokens, batch.stream().mapToLong(SftBatches.Row::tokens).sum());
    }
  }

  /**
   * Writes the model as a Hugging Face folder that appears complete or not at all.
   *
   * @throws io.dpostream.policy.checkpoint.CheckpointException if the folder exists or cannot be
   *     written
   */
  public void write(Path folder) {
    training.write(new CheckpointWriter(source), folder);
  }

  @Override
  public void close() {
    training.close();
  }
}
