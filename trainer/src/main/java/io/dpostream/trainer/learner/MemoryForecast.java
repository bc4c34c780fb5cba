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

/** Says before a model is loaded that a GPU will probably be too small for its training. */
final class MemoryForecast {
  private static final Logger log = LoggerFactory.getLogger(MemoryForecast.class);
  private static final double GB = 1e9;

  private MemoryForecast() {}

  /** Writes the warning to the log, if there is one and the device is a GPU. */
  static void log(ModelConfig config, FineTuning tuning, EngineOptions engine) {
    TorchEngine.gpuMemory(engine).stream()
        .mapToObj(bytes -> warning(config, tuning, engine, bytes))
        .flatMap(Optional::stream)
        .forEach(log::warn);
  }

  /**
   * Compares what training takes with what a device has; empty where it suffices.
   *
   * @param deviceBytes the device's whole memory
   */
  static Optional<String> warning(
      ModelConfig config, FineTuning tuning, EngineOptions engine, long deviceBytes) {
    Dtype compute = Dtype.named(engine.dtype());
    int tokens = PassBudget.of(config, engine.device()).inputs();
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
                + " adapters with trainer.lora_r, or set trainer.gradient_checkpointing to true",
            engine.device(),
            deviceBytes / GB,
            held / GB,
            pass / GB,
            tokens));
  }
}
