package io.dpostream.trainer.learner;

import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.torch.DeviceMemoryException;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.BatchConfig.PassLayout;
import io.dpostream.trainer.TrainerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes steps in the memory that there is. When it runs out, the step is computed again with
 * gradient checkpointing, in about a third more time. In passes without padding that gives the same
 * bits, so the ledger need not know. Passes are never made smaller: their products would round in
 * another way, and a replay would arrive at another hash.
 *
 * <p>Not thread-safe.
 */
final class StepMemory {
  private static final Logger log = LoggerFactory.getLogger(StepMemory.class);

  private final TrainerConfig config;
  private final TrainableModel policy;
  private boolean checkpointing;

  StepMemory(TrainerConfig config, TrainableModel policy) {
    this.config = config;
    this.policy = policy;
    this.checkpointing = config.gradientCheckpointing();
  }

  /**
   * Returns what a computation gives. Once memory has run out, gradient checkpointing stays on.
   *
   * @param computation leaves nothing behind when it fails, or clears it when it starts
   * @throws UserException if memory does not suffice
   */
  <T> T within(Supplier<T> computation) {
    try {
      return computation.get();
    } catch (DeviceMemoryException e) {
      if (checkpointing || config.batch().passLayout() != PassLayout.FLAT) {
        throw exhausted(e);
      }
      log.warn(
          "{}; from now on as with trainer.gradient_checkpointing, which takes longer and gives the"
              + " same weights",
          e.getMessage());
    }
    checkpointing = true;
    policy.checkpointGradients();
    try {
      return computation.get();
    } catch (DeviceMemoryException e) {
      throw exhausted(e);
    }
  }

  private UserException exhausted(DeviceMemoryException e) {
    return new UserException(
        "out of memory: %s; %s. The step is not tried in smaller passes, which would change the last bits of the weights"
            .formatted(e.getMessage(), advice()),
        e);
  }

  /** The first three keys that lower a pass's memory and are not at their lowest. */
  private String advice() {
    List<String> keys = new ArrayList<>();
    if (!checkpointing) {
      keys.add("set trainer.gradient_checkpointing to true");
    }
    keys.add("lower trainer.max_length");
    if (config.batch().perDeviceTrainBatchSize() > 1) {
      keys.add(
          "lower trainer.per_device_train_batch_size and raise trainer.gradient_accumulation_steps");
    }
    if (!config.bf16()) {
      keys.add("set trainer.bf16 to true");
    }
    if (config.lora().loraR() == 0) {
      keys.add("train adapters with trainer.lora_r");
    }
    return String.join(", or ", keys.subList(0, Math.min(3, keys.size())));
  }
}
