package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.torch.DeviceMemoryException;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.BatchConfig.PassLayout;
import io.dpostream.trainer.TrainerConfig;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepMemoryTest {
  @TempDir Path dir;
  private TrainableModel policy;
  private final AtomicInteger tries = new AtomicInteger();

  @BeforeEach
  void loadModel() {
    policy = TrainableModel.load(CheckpointFolder.open(TinyModel.write(dir, 1)), TinyModel.CPU);
  }

  @AfterEach
  void closeModel() {
    policy.close();
  }

  @Test
  void shouldComputeAStepAgainWithCheckpointing() {
    StepMemory memory = new StepMemory(TinyModel.config(), policy);

    assertThat(memory.<Integer>within(() -> failing(1))).isEqualTo(2);
    assertThat(memory.<Integer>within(() -> failing(1))).isEqualTo(3);
  }

  @Test
  void shouldNameThreeKeysWhereThatDoesNotSuffice() {
    StepMemory memory = new StepMemory(TinyModel.config(), policy);

    assertThatThrownBy(() -> memory.within(() -> failing(2)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "out of memory: the memory of the GPU has no room for 3.91 GiB; lower"
                + " trainer.max_length, or lower trainer.per_device_train_batch_size and raise"
                + " trainer.gradient_accumulation_steps, or set trainer.bf16 to true. The step is"
                + " not tried in smaller passes, which would change the last bits of the weights");
    assertThat(tries).hasValue(2);
  }

  /** Padded passes round in another way with checkpointing, where a head is the embedding. */
  @Test
  void shouldNotComputePaddedPassesInAnotherWay() {
    StepMemory memory = new StepMemory(TinyModel.config("passLayout", PassLayout.PADDED), policy);

    assertThatThrownBy(() -> memory.within(() -> failing(1)))
        .hasMessageContaining("; set trainer.gradient_checkpointing to true, or lower");
    assertThat(tries).hasValue(1);
  }

  @Test
  void shouldNameNoKeyThatIsAtItsLowest() {
    TrainerConfig config =
        TinyModel.config(
            "gradientCheckpointing", true, "bf16", true, "loraR", 8, "perDeviceTrainBatchSize", 1);

    assertThatThrownBy(() -> new StepMemory(config, policy).within(() -> failing(1)))
        .hasMessageContaining("; lower trainer.max_length. The step");
  }

  /** Runs out of memory at the first tries. */
  private int failing(int most) {
    if (tries.incrementAndGet() <= most) {
      throw DeviceMemoryException.of(
              new IllegalStateException("CUDA out of memory. Tried to allocate 3.91 GiB."))
          .orElseThrow();
    }
    return tries.get();
  }
}
