package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.torch.Dtype;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TrainingMemoryTest {
  private static final long GB = 1_000_000_000;
  private static final FineTuning ADAPTERS =
      new FineTuning(Optional.of(new Lora(16, 32, false, new LoraTargets(List.of()), 1)), false);
  private static final FineTuning CHECKPOINTED = new FineTuning(Optional.empty(), true);

  /** Qwen3-0.6B: 596,049,920 parameters. */
  private static final ModelConfig SMALL =
      config(Family.QWEN3, 151_936, 1024, 3072, 28, 16, 8, 128, true);

  /** Qwen2.5-7B: 7,615,616,512 parameters. */
  private static final ModelConfig LARGE =
      config(Family.QWEN2, 152_064, 3584, 18_944, 28, 28, 4, 128, false);

  /** 16 + 2 + 2 bytes, and without masters 2. */
  @Test
  void shouldReckonWhatIsHeldAllTheTime() {
    assertThat(TrainingMemory.heldBytes(SMALL, FineTuning.full(), Dtype.BF16))
        .isEqualTo(20 * 596_049_920.0);
    assertThat(TrainingMemory.heldBytes(LARGE, ADAPTERS, Dtype.BF16))
        .isEqualTo(2 * 7_615_616_512.0);
  }

  /**
   * In bfloat16 a layer of the small model keeps 1024 · 16 + (2048 + 3072) · 8 + (2048 + 1024) · 6
   * = 75,776 bytes for a token, one of the large model 3584 · 16 + (3584 + 18944) · 8 = 237,568.
   */
  @Test
  void shouldReckonTheGraphOfOneToken() {
    assertThat(TrainingMemory.tokenBytes(SMALL, FineTuning.full(), Dtype.BF16))
        .isEqualTo(28 * 75_776.0);
    assertThat(TrainingMemory.tokenBytes(LARGE, ADAPTERS, Dtype.BF16)).isEqualTo(28 * 237_568.0);
    assertThat(TrainingMemory.tokenBytes(SMALL, CHECKPOINTED, Dtype.BF16))
        .isEqualTo(28 * 1024 * 2 + 75_776.0);
  }

  /**
   * The small model on 80 GB: .8 · (80 - 11.9) GB / 2.12 MB = 25,669 tokens, rounded down to a
   * power of two; the large one with adapters: .8 · (80 - 15.2) GB / 6.65 MB = 7,792.
   */
  @Test
  void shouldFillAnEightyGigabyteCard() {
    assertThat(TrainingMemory.passTokens(80 * GB, SMALL, FineTuning.full(), Dtype.BF16))
        .isEqualTo(16_384);
    assertThat(TrainingMemory.passTokens(80 * GB, LARGE, ADAPTERS, Dtype.BF16)).isEqualTo(4096);
    assertThat(TrainingMemory.passTokens(82 * GB, LARGE, ADAPTERS, Dtype.BF16)).isEqualTo(4096);
  }

  @Test
  void shouldStayWithinItsBounds() {
    assertThat(TrainingMemory.passTokens(24 * GB, LARGE, FineTuning.full(), Dtype.BF16))
        .isEqualTo(TrainingMemory.LEAST);
    assertThat(TrainingMemory.passTokens(140 * GB, SMALL, CHECKPOINTED, Dtype.BF16))
        .isEqualTo(TrainingMemory.MOST);
  }

  private static ModelConfig config(
      Family family,
      int vocabulary,
      int hidden,
      int inner,
      int layers,
      int heads,
      int keyValueHeads,
      int headDim,
      boolean tied) {
    return new ModelConfig(
        family,
        Head.CAUSAL_LM,
        vocabulary,
        hidden,
        inner,
        layers,
        heads,
        keyValueHeads,
        headDim,
        32_768,
        1e-6,
        1e6,
        new RopeScaling.None(),
        tied,
        family == Family.QWEN2,
        Optional.empty(),
        OptionalInt.empty(),
        List.of(),
        OptionalInt.empty(),
        "bfloat16");
  }
}
