package io.dpostream.judge.rewardmodel;

import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.Precision;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.InvalidSettingException;
import io.dpostream.settings.Require;

/** The options of type {@code reward_model}. */
public record RewardModelOptions(
    @Doc("Hugging Face folder of the reward model.") String model,
    @Doc("Divides the margin of the scores; at 1 they are log-odds, as `dpo reward` trains them.")
        @Default("1")
        double temperature,
    @Doc("A margin of at most this is a tie.") @Default("0") double tieMargin,
    @Doc("Where the model runs: `cpu`, `cuda` or `cuda:N`.") @Default("cpu") String device,
    @Doc("Type of weights and activations.") @Default("float32") Precision dtype,
    @Doc("Threads of one tensor operation on the CPU.") @Default("1") int threads) {

  private static final double SMALLEST_TEMPERATURE = 1e-6;
  private static final double LARGEST = 1e9;
  private static final int MOST_THREADS = 1024;

  public RewardModelOptions {
    Require.between("temperature", temperature, SMALLEST_TEMPERATURE, LARGEST);
    Require.between("tie_margin", tieMargin, 0, LARGEST);
    Require.between("threads", threads, 1, MOST_THREADS);
    engine(device, dtype, threads);
  }

  /** Where and how the model computes. */
  EngineOptions engine() {
    return engine(device, dtype, threads);
  }

  private static EngineOptions engine(String device, Precision dtype, int threads) {
    try {
      return new EngineOptions(device, dtype, threads);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(String.valueOf(e.getMessage()));
    }
  }
}
