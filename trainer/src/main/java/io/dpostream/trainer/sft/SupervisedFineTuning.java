package io.dpostream.trainer.sft;

import io.dpostream.policy.checkpoint.SafetensorsWriter;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.CheckpointWriter;
import io.dpostream.policy.model.ForwardPass;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.learner.AdamW;
import io.dpostream.trainer.learner.Schedule;
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
  private final SftConfig config;
  private final SftData data;
  private final TrainableModel model;
  private final AdamW optimizer;

  /**
   * Loads the model.
   *
   * @throws io.dpostream.policy.checkpoint.CheckpointException if it cannot be used
   */
  public SupervisedFineTuning(
      CheckpointFolder source, EngineOptions engine, SftConfig config, SftData data) {
    this.source = source;
    this.config = config;
    this.data = data;
    this.model = TrainableModel.load(source, engine);
    this.optimizer =
        new AdamW(
            new AdamW.Settings(
                config.adamBeta1(), config.adamBeta2(), config.adamEpsilon(), config.weightDecay()),
            model.parameters(),
            model.manager());
  }

  /** Steps that {@link #run} takes. */
  public long steps() {
    if (config.maxSteps() > 0) {
      return config.maxSteps();
    }
    long steps = 0;
    for (int epoch = 0; epoch < config.numTrainEpochs(); epoch++) {
      steps += SftBatches.of(data.sequences(), config, epoch).size();
    }
    return steps;
  }

  /**
   * Trains; epochs repeat until the last step when {@code max_steps} asks for more than there are.
   *
   * @param listener is told of every step
   * @throws UserException if the loss stops being finite
   */
  public void run(Consumer<SftStep> listener) {
    long steps = steps();
    Schedule schedule =
        new Schedule(config.lrSchedulerType(), config.learningRate(), config.warmupSteps(), steps);
    long step = 0;
    for (int epoch = 0; step < steps; epoch++) {
      for (List<SftBatches.Row> batch : SftBatches.of(data.sequences(), config, epoch)) {
        if (step == steps) {
          break;
        }
        step++;
        listener.accept(take(batch, step, steps, schedule.rate(step)));
      }
    }
  }

  private SftStep take(List<SftBatches.Row> batch, long step, long steps, double learningRate) {
    model.zeroGrad();
    double loss = gradient(batch, step);
    double norm = optimizer.gradientNorm();
    optimizer.clip(norm, config.maxGradNorm());
    optimizer.update(learningRate);
    long tokens = batch.stream().mapToLong(SftBatches.Row::tokens).sum();
    return new SftStep(step, steps, loss, norm, learningRate, tokens);
  }

  /** Fills the gradients of the mean loss over completion tokens, and gives that loss. */
  private double gradient(List<SftBatches.Row> batch, long step) {
    List<List<TokenSequence>> rows = batch.stream().map(SftBatches.Row::sequences).toList();
    try (ForwardPass pass = model.forwardPacked(rows)) {
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
      if (!Double.isFinite(sum)) {
        throw new UserException(
            "sft.learning_rate: %s made the loss %s at step %d; lower it"
                .formatted(config.learningRate(), sum, step));
      }
      pass.backward(slope);
      return sum / tokens;
    }
  }

  /**
   * Writes the model as a Hugging Face folder beside nothing else.
   *
   * @throws io.dpostream.policy.checkpoint.CheckpointException if the folder exists or cannot be
   *     written
   */
  public void write(Path folder) {
    new CheckpointWriter(source)
        .write(folder, file -> SafetensorsWriter.write(file, model.parameters().export()));
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }
}
