package io.dpostream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.InvalidSettingException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LossOptionTest {

  @Test
  void shouldRefuseAnOptionThatTheLossDoesNotUse() {
    assertRefused(
        Configs.of("hinge").withLabelSmoothing(0.1), "label_smoothing: 0.1 is not used by");
    assertRefused(Configs.simpoGamma(Configs.of("sigmoid"), 0.7), "simpo_gamma: 0.7 is not used");
    assertRefused(
        Configs.divergence(Configs.of("nca_pair"), "js_divergence", 0.5),
        "f_divergence_type: 'js_divergence' is not used by loss_type nca_pair");
    assertRefused(
        Configs.divergence(Configs.of("sigmoid", "nca_pair"), "js_divergence", 0.5),
        "f_divergence_type: 'js_divergence' is not used");
    assertRefused(
        Configs.divergence(Configs.of("sigmoid"), "js_divergence", 0.9),
        "f_alpha_divergence_coef: 0.9");
    assertRefused(
        Configs.modified(Configs.of("aot"), Optional.empty(), true, true, 0),
        "use_weighting: true is not used by loss_type aot");
    assertRefused(
        Configs.modified(Configs.of("sigmoid"), Optional.empty(), false, false, 0),
        "weighting_clamp: false has no effect without use_weighting");
  }

  @Test
  void shouldRefuseValuesOutOfRange() {
    assertRefused(Configs.of("robust").withLabelSmoothing(0.5), "label_smoothing: 0.5");
    assertRefused(Configs.of("exo_pair"), "label_smoothing: 0 is not enough for exo_pair");
    assertRefused(Configs.of("sigmoid").withLabelSmoothing(0.7), "take a value in [0, 0.5]");
    assertRefused(
        Configs.modified(Configs.of("sigmoid"), Optional.of(1.5), false, true, 0), "ld_alpha: 1.5");
    assertRefused(
        Configs.modified(Configs.of("sigmoid"), Optional.empty(), false, true, Double.NaN),
        "sft_weight: NaN");
  }

  @Test
  void shouldRefuseLossesThatDoNotExistOrDoNotMix() {
    assertRefused(Configs.of("sigmiod"), "loss_type: 'sigmiod' is not one of aot,");
    assertRefused(Configs.of(), "loss_type: '[]' is empty");
    assertRefused(Configs.of("plackett_luce", "sigmoid"), "mixes plackett_luce");
    assertRefused(Configs.weights(Configs.of("sigmoid"), 1.0, 2.0), "loss_weights: '[1.0, 2.0]'");
  }

  @Test
  void shouldAcceptEveryLossWithItsDefaults() {
    assertThat(Configs.everyLoss()).hasSize(23).allSatisfy(Losses::objective);
  }

  private static void assertRefused(LossConfig config, String message) {
    assertThatThrownBy(() -> Losses.objective(config))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
