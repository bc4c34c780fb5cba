package io.dpostream.trainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.UserException;
import io.dpostream.trainer.loss.LossConfig.LabelSmoothingSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerConfigTest {
  private static final String PASS_KEYS = "pass_layout: \"flat\"\npass_tokens: null\n";

  @ParameterizedTest
  @CsvSource({
    "learning_rate, -1, trainer.learning_rate: -1 must be at least 0",
    "lr_scheduler_type, '\"cosin\"', 'trainer.lr_scheduler_type: ''cosin'' is not one of constant, constant_with_warmup, linear, cosine'",
    "adam_beta2, 1, trainer.adam_beta2: 1 must be at least 0 and below 1",
    "ref_model_mixup_alpha, 0, trainer.ref_model_mixup_alpha: 0 must be above 0 and at most 1",
    "max_length, 1, trainer.max_length: 1 must be at least 2",
    "keep_checkpoints, 0, trainer.keep_checkpoints: 0 must be at least 1",
    "label_smoothing_source, '\"people\"', 'trainer.label_smoothing_source: ''people'' is not one of config, judges'",
    "lora_dropout, 0.1, trainer.lora_dropout: 0.1 has no effect without lora_r; leave it out",
    "publish_adapters_alone, true, trainer.publish_adapters_alone: true has no effect without lora_r; leave it out",
    "lora_dropout, 1, trainer.lora_dropout: 1 must be at least 0 and below 1",
    "lora_target_modules, '[\"query\"]', 'trainer.lora_target_modules: ''query'' is not one of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, a longer name that ends in one, a pattern of full names, or all-linear'",
    "lora_target_modules, '[\"lm_head\"]', 'trainer.lora_target_modules: ''lm_head'' takes no adapter, log-probabilities are computed from its weight alone; name projections of layers'",
    "lora_target_modules, '[\"embed_tokens\"]', 'trainer.lora_target_modules: ''embed_tokens'' takes no adapter, it is no linear layer; name projections of layers'",
    "lora_target_modules, '[\".*\"]', 'trainer.lora_target_modules: ''.*'' matches lm_head, which takes no adapter, log-probabilities are computed from its weight alone; take all-linear or a pattern of layers alone'",
    "lora_target_modules, '[\".*(q_proj\"]', 'trainer.lora_target_modules: ''.*(q_proj'' is neither a name nor a regular expression: Unclosed group'",
    "lora_target_modules, '[\"q_proj\"]', 'trainer.lora_target_modules: ''[q_proj]'' has no effect without lora_r; leave it out'",
    "ref_model_sync_steps, 5, 'trainer.ref_model_mixup_alpha and ref_model_sync_steps: ''0.6, 5'' have no effect without sync_ref_model; leave them out'",
    "lora_alpha, 32, trainer.lora_alpha: 32 has no effect without lora_r; leave it out",
    "stale_pairs, '\"weight\"', 'trainer.stale_pairs: ''weight'' needs max_staleness, and has no effect beside use_weighting; set one or take skip'",
    "revisions, '\"twice\"', 'trainer.revisions: ''twice'' is not one of apply, ignore'",
  })
  void shouldRefuseWhatCannotBe(String key, String value, String message) {
    assertThatThrownBy(() -> Deployment.config(Map.of(key, value)))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  @Test
  void shouldRefuseAMeasuredLabelSmoothingThatNoLossUses() {
    assertThatThrownBy(
            () ->
                Deployment.config(
                    Map.of("label_smoothing_source", "\"judges\"", "loss_type", "[\"ipo\"]")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "trainer.label_smoothing_source: 'judges' needs a loss that uses label_smoothing, such as sigmoid or robust; loss_type is ipo");
    assertThat(
            Deployment.config(
                    Map.of("label_smoothing_source", "\"judges\"", "loss_type", "[\"robust\"]"))
                .loss()
                .labelSmoothingSource())
        .isEqualTo(LabelSmoothingSource.JUDGES);
  }

  @Test
  void shouldComeBackFromItsCanonicalForm() {
    TrainerConfig config =
        Deployment.config(
            Map.of(
                "loss_type", "[\"sigmoid\",\"ipo\"]",
                "loss_weights", "[1.0,0.5]",
                "ld_alpha", "0.25",
                "max_length", "null",
                "max_staleness", "4",
                "lr_scheduler_type", "\"linear\"",
                "max_steps", "10"));

    CanonicalConfig canonical = CanonicalConfig.of(config);

    assertThat(CanonicalConfig.parse(canonical.text())).isEqualTo(canonical);
    assertThat(canonical.over(config)).isEqualTo(config);
    assertThat(canonical.text())
        .contains("loss_type: [\"sigmoid\",\"ipo\"]\n", "max_length: null\n", "max_steps: 10\n")
        .doesNotContain("publish_steps", "keep_checkpoints");
  }

  /** Since then one default has changed, prompts were cut at 512 tokens, and two keys are new. */
  @Test
  void shouldWriteTheCanonicalFormThatRelease01Wrote() throws IOException {
    TrainerConfig changed =
        CanonicalConfig.parse(resource("canonical-changed-0.1.txt")).over(TrainerConfig.defaults());

    assertThat(
            CanonicalConfig.of(TrainerConfig.defaults())
                .text()
                .replace("max_prompt_length: null", "max_prompt_length: 512")
                .replace(PASS_KEYS, ""))
        .isEqualTo(resource("canonical-defaults-0.1.txt"));
    assertThat(CanonicalConfig.of(changed).text().replace(PASS_KEYS, ""))
        .isEqualTo(resource("canonical-changed-0.1.txt"));
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = TrainerConfigTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void shouldNotCallAContinuedRunAnotherOne() {
    CanonicalConfig ten = CanonicalConfig.of(Deployment.config(Map.of("max_steps", "10")));
    CanonicalConfig twenty =
        CanonicalConfig.of(Deployment.config(Map.of("max_steps", "20", "publish_steps", "1")));
    CanonicalConfig beta = CanonicalConfig.of(Deployment.config(Map.of("beta", "0.2")));

    assertThat(twenty.sha256()).isEqualTo(ten.sha256());
    assertThat(beta.sha256()).isNotEqualTo(ten.sha256());
  }
}
