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

    assertThat(MemoryForecast.warning(config, FineTuning.full(), CUDA, 512, 40_000_000_000L))
        .isEmpty();
    assertThat(MemoryForecast.warning(config, FineTuning.full(), CUDA, 512, 1_000_000))
        .hasValueSatisfying(
            line ->
                assertThat(line)
                    .startsWith("cuda has 0.0 GB, and training takes about")
                    .contains("trainer.lora_r", "trainer.gradient_checkpointing")
                    .doesNotContain("\n"));
  }

  @Test
  void shouldNameTheLargerPassesThatADeviceHasRoomFor() {
    ModelConfig config = CheckpointFolder.open(TinyModel.write(dir, 1)).config();

    assertThat(MemoryForecast.advice(config, FineTuning.full(), CUDA, 16_384, 80_000_000_000L))
        .hasValue(
            "cuda has 80.0 GB, room for passes of 32768 tokens where they have at most 16384; a run"
                + " that begins with trainer.pass_tokens: 32768 may train faster");
    assertThat(MemoryForecast.advice(config, FineTuning.full(), CUDA, 32_768, 80_000_000_000L))
        .isEmpty();
  }
}
