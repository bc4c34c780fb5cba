package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.model.ModelConfig.Family;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two layers of seven projections each. */
class LoraTargetsTest {
  private static final ModelConfig CONFIG = TinyModels.config(Family.LLAMA);

  private static List<String> modules(String... named) {
    return new LoraTargets(List.of(named)).modules(CONFIG);
  }

  @Test
  void shouldTakePeftsDefaultsAndAllLinear() {
    assertThat(modules())
        .containsExactly(
            "model.layers.0.self_attn.q_proj",
            "model.layers.0.self_attn.v_proj",
            "model.layers.1.self_attn.q_proj",
            "model.layers.1.self_attn.v_proj");
    assertThat(modules("all-linear"))
        .hasSize(14)
        .startsWith("model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj")
        .endsWith("model.layers.1.mlp.up_proj", "model.layers.1.mlp.down_proj");
  }

  @Test
  void shouldTakeTheEndOfANameAtADotAlone() {
    assertThat(modules("0.mlp.up_proj")).containsExactly("model.layers.0.mlp.up_proj");
    assertThat(modules("model.layers.1.self_attn.o_proj", "self_attn.k_proj"))
        .containsExactly(
            "model.layers.0.self_attn.k_proj",
            "model.layers.1.self_attn.k_proj",
            "model.layers.1.self_attn.o_proj");
  }

  /** As PEFT's re.fullmatch does. */
  @Test
  void shouldMatchAPatternAgainstWholeNames() {
    assertThat(modules(".*layers\\.[1-3]\\.mlp\\..*"))
        .containsExactly(
            "model.layers.1.mlp.gate_proj",
            "model.layers.1.mlp.up_proj",
            "model.layers.1.mlp.down_proj");
    assertThatThrownBy(() -> modules("(q|v)_proj"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'(q|v)_proj' matches nothing; there are model.layers.0.self_attn.q_proj,"
                + " model.layers.0.self_attn.k_proj, model.layers.0.self_attn.v_proj,"
                + " model.layers.0.self_attn.o_proj, model.layers.0.mlp.gate_proj,"
                + " model.layers.0.mlp.up_proj, model.layers.0.mlp.down_proj and so on to layer 1");
  }

  @ParameterizedTest
  @CsvSource({
    "query, 'is not one of q_proj, k_proj'",
    "xq_proj, 'is not one of q_proj, k_proj'",
    "lm_head, 'takes no adapter, log-probabilities'",
    "embed_tokens, 'takes no adapter, it is no linear layer'",
    "model.embed_tokens, 'takes no adapter, it is no linear layer'",
    "'.*', 'matches lm_head, which takes no adapter'",
    "'.*embed.*', 'matches model.embed_tokens, which takes no adapter'",
    "'.*[', 'is neither a name nor a regular expression'",
  })
  void shouldRefuseWhatTakesNoAdapter(String name, String problem) {
    assertThatThrownBy(() -> new LoraTargets(List.of("q_proj", name)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + name + "' " + problem);
  }

  @Test
  void shouldNameTheOneThatTheModelLacks() {
    assertThatThrownBy(() -> modules("q_proj", "layers.2.mlp.up_proj"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'layers.2.mlp.up_proj' matches nothing; there are");
  }
}
