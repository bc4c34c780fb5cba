package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.DecoderSlots.LayerSlot;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.torch.ProgramSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecoderSlotsTest {

  /**
   * A slot that one of the two sides lacks is refused here, as it is whenever a model is loaded.
   */
  @Test
  void shouldHaveTheNamesThatTheProgramUses() {
    String source =
        ProgramSource.withConstants(ProgramSource.read("decoder"), DecoderSlots.constants());

    assertThat(source).contains("w = 4 + 15 * layer", "a = 14 * layer");
  }

  /** No index of the lists is written as a number in the program. */
  @Test
  void shouldLeaveNoNumberedPlaceInTheProgram() {
    assertThat(ProgramSource.read("decoder"))
        .doesNotContainPattern("weights\\[\\d")
        .doesNotContainPattern("\\b[wa] \\+ \\d");
  }

  @Test
  void shouldGiveEveryTensorAPlaceOfItsOwn() {
    Map<String, Integer> constants = DecoderSlots.constants();

    assertThat(LayerSlot.INPUT_NORM.place(2)).isEqualTo(4 + 2 * 15);
    assertThat(DecoderSlots.adapter(1, "down_proj")).isEqualTo(14 + 12);
    assertThat(constants)
        .containsEntry("Q_ADAPTER", 0)
        .containsEntry("K_ADAPTER", 2)
        .containsEntry("HEAD", 2);
  }

  @Test
  void shouldStandInTheLayoutWhereTheProgramLooks() {
    List<Optional<String>> slots = WeightLayout.of(TinyModels.config(Family.QWEN2)).slots();

    assertThat(slots.get(LayerSlot.DOWN_WEIGHT.place(1)))
        .hasValue("model.layers.1.mlp.down_proj.weight");
    assertThat(slots.get(LayerSlot.V_BIAS.place(0)))
        .hasValue("model.layers.0.self_attn.v_proj.bias");
    assertThat(slots.get(LayerSlot.Q_NORM.place(0))).isEmpty();
  }
}
