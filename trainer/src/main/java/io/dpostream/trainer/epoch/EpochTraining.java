package io.dpostream.trainer.epoch;

import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.AdamW;
import io.dpostream.policy.model.CheckpointWriter;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.learner.LearningRateSchedule;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Trains a model on the batches of one epoch after another: gradient, clip by global norm, AdamW.
 * The caller defines what a batch is and what its loss is. Not thread-safe.
 *
 * @param <B> a batch
 * @param <L> the result of a batch's passes
 */
public final class EpochTraining<B, L extends BatchLoss> implements AutoCloseable {
  private final EpochSettings settings;
  private final TrainableModel model;
  private final AdamW optimizer;
  private final IntFunction<List<B>> batches;

  /**
   * Starts from the model's present weights.
   *
   * @param model all of whose weights are trained; closed with this
   * @param batches of an epoch, counted from 0
   */
  public EpochTraining(EpochSettings settings, TrainableModel model, IntFunction<List<B>> batches) {
    this.settings = settings;
    this.model = model;
    this.batches = batches;
    this.optimizer = new AdamW(settings.optimizer().adamW(), model);
  }

  /** Steps that {@link #run} takes. */
  public long steps() {
    if (settings.maxSteps() > 0) {
      return settings.maxSteps();
    }
    long steps = 0;
    for (int epoch = 0; epoch < settings.numTrainEpochs(); epoch++) {
      steps += batches.apply(epoch).size();
    }
    return steps;
  }

  /**
   * Trains; epochs repeat until the last step when {@code max_steps} asks for more than there are.
   *
   * @param gradient runs a batch's forward and backward passes, which add to gradients of zero
   * @param listener receives every step
   * @throws UserException if the loss or the gradient stops being finite; the model is then as
   *     after the step before
   */
  public void run(Function<B, L> gradient, Consumer<EpochStep<L>> listener) {
    long steps = steps();
    LearningRateSchedule schedule =
        new LearningRateSchedule(
            settings.optimizer().lrSchedulerType(),
            settings.optimizer().learningRate(),
            settings.optimizer().warmupSteps(),
            steps);
    long step = 0;
    for (int epoch = 0; step < steps; epoch++) {
      for (B batch : batches.apply(epoch)) {
        if (step == steps) {
          break;
        }
        step++;
        double learningRate = schedule.rate(step);
        model.zeroGrad();
        L loss = gradient.apply(batch);
        requireFinite("loss", loss.loss(), step);
        double norm = optimizer.step(learningRate, settings.optimizer().maxGradNorm());
        requireFinite("gradient norm", norm, step);
        listener.accept(new EpochStep<>(step, steps, loss, norm, learningRate));
      }
    }
  }

  private void requireFinite(String what, double value, long step) {
    if (!Double.isFinite(value)) {
      throw new UserException(
          "%s.learning_rate: %s made the %s %s at step %d; lower it"
              .formatted(
                  settings.section(), settings.optimizer().learningRate(), what, value, step));
    }
  }

  /**
   * Writes the model as a Hugging Face folder that appears complete or not at all.
   *
   * @throws io.dpostream.policy.checkpoint.CheckpointException if the folder exists or cannot be
   *     written
   */
  public void write(CheckpointWriter writer, Path folder) {
    writer.write(folder, file -> SafetensorsWriter.write(file, model.weights()));
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }
}
