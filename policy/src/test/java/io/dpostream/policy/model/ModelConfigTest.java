package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelConfigTest {
  private static final String SHAPE =
      "\"vocab_size\":10,\"hidden_size\":8,\"intermediate_size\":16,\"num_hidden_layers\":2,"
          + "\"num_attention_heads\":2";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Family.class)
  void shouldReadBackWhatItWrites(Family family) throws IOException {
    for (RopeScaling scaling :
        new RopeScaling[] {
          new RopeScaling.None(),
          new RopeScaling.Linear(2),
          new RopeScaling.Dynamic(2),
          new RopeScaling.Llama3(8, 1, 4, 8192),
          new RopeScaling.Yarn(4, 8192, 1.25, 16, 2, false)
        }) {
      ModelConfig config =
          TinyModels.config(family, Optional.of(new SlidingWindow(4, 0)), scaling)
              .withHead(Head.SEQUENCE_CLASSIFICATION);
      assertThat(read(config.toJson())).isEqualTo(config);
    }
  }

  @Test
  void shouldFillInTheDefaultsOfTheLibrary() throws IOException {
    ModelConfig config = read("{\"model_type\":\"llama\"," + SHAPE + "}");
    assertThat(config.head()).isEqualTo(Head.CAUSAL_LM);
    assertThat(config.numKeyValueHeads()).isEqualTo(2);
    assertThat(config.headDim()).isEqualTo(4);
    assertThat(config.ropeTheta()).isEqualTo(10_000);
    assertThat(config.tieWordEmbeddings()).isFalse();
    assertThat(config.torchDtype()).isEqualTo("float32");
    assertThat(config.eosTokenIds()).isEmpty();
  }

  @Test
  void shouldReadTheNamesOfTransformersFive() throws IOException {
    ModelConfig config =
        read(
            "{\"model_type\":\"llama\",\"dtype\":\"bfloat16\",\"eos_token_id\":[3,4],"
                + "\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":2.0,"
                + "\"rope_theta\":500000.0},"
                + SHAPE
                + "}");
    assertThat(config.torchDtype()).isEqualTo("bfloat16");
    assertThat(config.ropeTheta()).isEqualTo(500_000);
    assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Linear(2));
    assertThat(config.eosTokenIds()).containsExactly(3, 4);
  }

  @Test
  void shouldTakeTheOlderNameWhereBothAreThere() throws IOException {
    assertThat(
            read("{\"model_type\":\"llama\",\"rope_scaling\":{\"type\":\"linear\",\"factor\":2},"
                    + "\"rope_parameters\":{\"rope_type\":\"dynamic\",\"factor\":3},"
                    + SHAPE
                    + "}")
                .ropeScaling())
        .isEqualTo(new RopeScaling.Linear(2));
  }

  /** What a file leaves out of YaRN's numbers: 0.1 ln 4 + 1, 32, 1, and the file's own length. */
  @Test
  void shouldFillInYarnsNumbers() throws IOException {
    assertThat(
            read("{\"model_type\":\"llama\",\"max_position_embeddings\":128,\"rope_scaling\":"
                    + "{\"type\":\"yarn\",\"factor\":4,\"attention_factor\":null,\"finetuned\":true},"
                    + SHAPE
                    + "}")
                .ropeScaling())
        .isEqualTo(new RopeScaling.Yarn(4, 128, 0.1 * Math.log(4) + 1, 32, 1, true));
  }

  @Test
  void shouldBiasOnlyQueriesKeysAndValuesOfQwen2() throws IOException {
    ModelConfig config = read("{\"model_type\":\"qwen2\"," + SHAPE + "}");
    assertThat(config.attentionBias()).isTrue();
    assertThat(config.outputBias()).isFalse();
  }

  @Test
  void shouldIgnoreAWindowThatQwenDoesNotUse() throws IOException {
    assertThat(
            read("{\"model_type\":\"qwen2\",\"sliding_window\":4,\"use_sliding_window\":false,"
                    + SHAPE
                    + "}")
                .slidingWindow())
        .isEmpty();
    assertThat(read("{\"model_type\":\"mistral\",\"sliding_window\":4," + SHAPE + "}"))
        .extracting(ModelConfig::slidingWindow)
        .isEqualTo(Optional.of(new SlidingWindow(4, 0)));
  }

  /** The defaults of the configuration classes of transformers 5.23. */
  @Test
  void shouldTakeTheDefaultsOfTheModelsClassForKeysThatAreMissing() throws IOException {
    ModelConfig mistral = read("{\"model_type\":\"mistral\"," + SHAPE + "}");
    assertThat(mistral.slidingWindow()).contains(new SlidingWindow(4096, 0));
    assertThat(mistral.maxPositionEmbeddings()).isEqualTo(131_072);
    assertThat(
            read("{\"model_type\":\"mistral\",\"sliding_window\":null," + SHAPE + "}")
                .slidingWindow())
        .isEmpty();
    String qwen = "{\"model_type\":\"qwen2\",\"max_window_layers\":1,";
    assertThat(read(qwen + SHAPE + "}").slidingWindow()).isEmpty();
    assertThat(read(qwen + SHAPE + "}").maxPositionEmbeddings()).isEqualTo(32_768);
    assertThat(read(qwen + "\"use_sliding_window\":true," + SHAPE + "}").slidingWindow())
        .contains(new SlidingWindow(4096, 1));
  }

  /** A folder that was written must mean the same when it is read again. */
  @Test
  void shouldWriteThatThereIsNoWindow() throws IOException {
    ModelConfig config = read("{\"model_type\":\"mistral\",\"sliding_window\":null," + SHAPE + "}");

    assertThat(read(config.toJson())).isEqualTo(config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'model_type':'gpt2', SHAPE}|model_type 'gpt2' is not supported",
        "{SHAPE}|model_type '' is not supported",
        "{'model_type':'llama','architectures':['LlamaForQuestionAnswering'], SHAPE}|architectures",
        "{'model_type':'llama','hidden_act':'gelu', SHAPE}|hidden_act 'gelu'",
        "{'model_type':'llama','mlp_bias':true, SHAPE}|mlp_bias",
        "{'model_type':'gemma2', SHAPE}|model_type 'gemma2' is not supported (the decoder lacks soft-capped",
        "{'model_type':'phi3', SHAPE}|(the decoder lacks projections fused into qkv_proj",
        "{'model_type':'llama','rope_scaling':{'type':'longrope','factor':4}, SHAPE}"
            + "|rope_scaling: rope_type 'longrope' is not supported; supported: default, dynamic",
        "{'model_type':'llama','rope_parameters':{'rope_type':'proportional'}, SHAPE}"
            + "|rope_parameters: rope_type 'proportional' is not supported",
        "{'model_type':'llama','rope_scaling':{'type':'yarn'}, SHAPE}|no number factor",
        "{'model_type':'llama','rope_scaling':{'type':'linear','factor':2,'low_freq_factor':1}, SHAPE}"
            + "|rope_scaling.low_freq_factor is not supported with rope_type 'linear'",
        "{'model_type':'qwen2','rope_parameters':{'full_attention':{'rope_theta':1}}, SHAPE}"
            + "|rope_parameters.full_attention is not supported",
        "{'model_type':'llama','rope_parameters':{'partial_rotary_factor':0.5}, SHAPE}"
            + "|partial_rotary_factor '0.5' is not supported",
        "{'model_type':'llama','rope_scaling':'yarn', SHAPE}|rope_scaling",
        "{'model_type':'llama','rope_scaling':{'type':'linear'}, SHAPE}|no number factor",
        "{'model_type':'llama','num_key_value_heads':3, SHAPE}|num_key_value_heads: 3",
        "{'model_type':'llama','head_dim':3, SHAPE}|head_dim: 3 is odd",
        "{'model_type':'llama','torch_dtype':'int8', SHAPE}|torch_dtype: int8",
        "{'model_type':'llama','head_dim':'four', SHAPE}|head_dim",
        "{'model_type':'llama','quantization_config':{}, SHAPE}|quantization_config",
        "{'model_type':'llama'}|no hidden_size",
        "{'model_type':|malformed JSON",
        "[]|not a JSON object"
      })
  void shouldRefuseInOneLine(String json, String told) {
    String text = json.replace('\'', '"').replace("SHAPE", SHAPE);
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(told)
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldRefuseAFolderWithoutOne() {
    assertThatThrownBy(() -> ModelConfigJson.read(folder.resolve("config.json")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no such file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"num_hidden_layers\":1000000000|num_hidden_layers: 1000000000 is not between 1 and 10000",
        "\"hidden_size\":2000000000|hidden_size: 2000000000 is not between",
        "\"vocab_size\":0|vocab_size: 0 is not between 1",
        "\"eos_token_id\":-4|eos_token_id: -4 is not between 0",
        "\"eos_token_id\":[1,\"x\"]|eos_token_id",
        "\"eos_token_id\":{}|eos_token_id",
        "\"architectures\":{}|architectures '{}' is not supported",
        "\"architectures\":\"LlamaForCausalLM\"|architectures",
        "\"architectures\":[]|architectures",
        "\"architectures\":[7]|architectures",
        "\"tie_word_embeddings\":{}|tie_word_embeddings",
        "\"rms_norm_eps\":\"small\"|rms_norm_eps",
        "\"rope_theta\":[]|rope_theta",
      })
  void shouldNameTheFieldThatIsWrong(String field, String message) {
    String others = SHAPE.replaceFirst(field.substring(0, field.indexOf(':')) + ":\\d+,?", "");
    assertThatThrownBy(() -> read("{\"model_type\":\"llama\"," + field + "," + others + "}"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldGiveNoWindowToAVersionOfMistralThatRelease01Wrote() throws IOException {
    String written = "\"head_dim\":4,\"attention_bias\":false,";
    String others = "\"torch_dtype\":\"float32\"," + SHAPE + "}";
    String mistral = "{\"model_type\":\"mistral\",";

    assertThat(read(mistral + written + others).slidingWindow()).isEmpty();
    assertThat(read(mistral + others).slidingWindow()).contains(new SlidingWindow(4096, 0));
    assertThat(
            read(mistral + written + "\"transformers_version\":\"4.5\"," + others).slidingWindow())
        .contains(new SlidingWindow(4096, 0));
  }

  @Test
  void shouldReadThePaddingTokenThatTheFirstModelsLack() throws IOException {
    assertThat(read("{\"model_type\":\"llama\",\"pad_token_id\":-1," + SHAPE + "}").padTokenId())
        .isEmpty();
  }

  private ModelConfig read(String json) throws IOException {
    return ModelConfigJson.read(Files.writeString(folder.resolve("config.json"), json));
  }
}
