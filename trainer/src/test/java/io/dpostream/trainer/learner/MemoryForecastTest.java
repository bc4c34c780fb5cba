package io.dpostream.trainer.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.FineTuning;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.torch.EngineOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryForecastTest {
  private static final EngineOptions CUDA = new EngineOptions("cuda", "float32", 1);

  @TempDir Path dir;

  @Test
  void shouldWarnOfADeviceThatIsTooSmall() {
    ModelConfig config = CheckpointFolder.open(TinyModel.write(dir, 1)).config();

    assertThat(MemoryForecast.warning(config, FineTuning.full(), CUDA, 40_000_000_000L)).isEmpty();
    assertThat(MemoryForecast.warning(config, FineTuning.full(), CUDA, 1_000_000))
        .hasValueSatisfying(
            line ->
                assertThat(line)
                    .startsWith("cuda has 0.0 GB, and training takes about")
                    .contains("trainer.lora_r", "trainer.gradient_checkpointing")
                    .doesNotContain("\n"));
  }
}
