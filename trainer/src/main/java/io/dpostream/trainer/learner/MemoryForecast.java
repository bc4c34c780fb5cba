package io.dpostream.trainer.learner;

import io.dpostream.policy.model.FineTuning;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.PassBudget;
import io.dpostream.policy.model.TrainingMemory;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.TorchEngine;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says before a model is loaded that a GPU will probably be too small for its training, or that its
 * memory has room for larger passes. It only says so: the weights of a run follow from its
 * configuration, not from the card that it is on.
 */
final class MemoryForecast {
  private static final Logger log = LoggerFactory.getLogger(MemoryForecast.class);
  private static final double GB = 1e9;

  private MemoryForecast() {}

  /** Writes the warning to the log, if there is one and the device is a GPU. */
  static void log(
      ModelConfig config, FineTuning tuning, EngineOptions engine, Optional<Integer> passTokens) {
    TorchEngine.gpuMemory(engine)
        .ifPresent(
            bytes -> {
              int tokens = passTokens.orElse(PassBudget.of(config, engine.device()).inputs());
              warning(config, tuning, engine, tokens, bytes).ifPresent(log::warn);
              advice(config, tuning, engine, tokens, bytes).ifPresent(log::info);
            });
  }

  /**
   * Names the passes that a device has room for; empty where they are not larger.
   *
   * @param tokens of the passes that the configuration asks for
   * @param deviceBytes the device's whole memory
   */
  static Optional<String> advice(
      ModelConfig config, FineTuning tuning, EngineOptions engine, int tokens, long deviceBytes) {
    int room = TrainingMemory.passTokens(deviceBytes, config, tuning, Dtype.named(engine.dtype()));
    return room <= tokens
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s has %.1f GB, room for passes of %d tokens where they have at most %d; a run that"
                    + " begins with trainer.pass_tokens: %d may train faster",
                engine.device(),
                deviceBytes / GB,
                room,
                tokens,
                room));
  }

  /**
   * Compares what training takes with what a device has; empty where it suffices.
   *
   * @param tokens of a pass
   * @param deviceBytes the device's whole memory
   */
  static Optional<String> warning(
      ModelConfig config, FineTuning tuning, EngineOptions engine, int tokens, long deviceBytes) {
    Dtype compute = Dtype.named(engine.dtype());
    double held = TrainingMemory.heldBytes(config, tuning, compute);
    double pass = tokens * TrainingMemory.tokenBytes(config, tuning, compute);
    if (held + pass <= deviceBytes) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%s has %.1f GB, and training takes about %.1f GB for weights, gradients, moments and"
                + " reference and %.1f GB for a pass of %d tokens; set dtype to bfloat16, train"
                + " adapters with trainer.lora_r, set trainer.gradient_checkpointing to true, or lower"
                + " trainer.pass_tokens",
            engine.device(),
            deviceBytes / GB,
            held / GB,
            pass / GB,
            tokens));
  }
}
