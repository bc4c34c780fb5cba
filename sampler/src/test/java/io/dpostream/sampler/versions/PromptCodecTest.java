package io.dpostream.sampler.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.sampler.Configs;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.sampler.TinyModel;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptCodecTest {
  @TempDir private static Path dir;
  private static CheckpointFolder folder;

  @BeforeAll
  static void write() throws Exception {
    TinyModel.write(dir, 1);
    Files.writeString(
        dir.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.content }}{% if m.content == 'raise' %}"
            + "{{ raise_exception('the turns do not alternate') }}{% endif %}{% endfor %}");
    folder = CheckpointFolder.open(dir);
  }

  @Test
  void shouldRefuseTextThatSpellsOutASpecialToken() {
    try (PromptCodec codec = PromptCodec.open(folder, SamplerConfig.defaults())) {
      assertThat(codec.encode(text("abc"))).containsExactly(1, 2, 3);
      assertThat(codec.encode(said("abc"))).containsExactly(1, 2, 3);
      for (Prompt prompt : List.of(text("ab</s>c"), said("ab</s>c"))) {
        assertThatThrownBy(() -> codec.encode(prompt))
            .isInstanceOf(UnusablePromptException.class)
            .hasMessage(
                "its text has the model's special token </s>; take it out, or set"
                    + " sampler.special_tokens_in_prompts to allow");
      }
    }
  }

  /** A template may write any of it, and what is shown as the content need not be what is read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"role\": \"user\", \"content\": \"ab</s>c\"}",
        "{\"role\": \"us</s>er\", \"content\": \"abc\"}",
        "{\"role\": \"user\", \"content\": \"abc\", \"name\": \"</s>\"}",
        "{\"role\": \"user\", \"content\": \"abc\", \"tool_calls\": [{\"function\": {\"</s>\": 1}}]}"
      })
  void shouldRefuseSpecialTokensInWhateverATemplateReads(String fields) {
    Message message =
        Message.newBuilder().setRole("user").setContent("abc").setFields(fields).build();
    Prompt prompt = Prompt.newBuilder().setId("p").setMessages(List.of(message)).build();
    try (PromptCodec codec = PromptCodec.open(folder, SamplerConfig.defaults())) {
      assertThatThrownBy(() -> codec.encode(prompt))
          .isInstanceOf(UnusablePromptException.class)
          .hasMessageContaining("special token </s>");
    }
  }

  @Test
  void shouldTakeSpecialTokensForWhatTheyAreWhereTold() {
    try (PromptCodec codec = PromptCodec.open(folder, config(SpecialTokens.ALLOW))) {
      assertThat(codec.encode(text("ab</s>c"))).containsExactly(1, 2, 0, 3);
      assertThat(codec.encode(said("ab</s>c"))).containsExactly(1, 2, 0, 3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseWhatTheTemplateOrTheTokenizerRefuses(SpecialTokens specialTokens) {
    try (PromptCodec codec = PromptCodec.open(folder, config(specialTokens))) {
      assertThatThrownBy(() -> codec.encode(said("raise")))
          .isInstanceOf(UnusablePromptException.class)
          .hasMessageContaining("the turns do not alternate");
      assertThatThrownBy(() -> codec.encode(text("a\ud800")))
          .isInstanceOf(UnusablePromptException.class)
          .hasMessageContaining("half of a surrogate pair");
    }
  }

  private static SamplerConfig config(SpecialTokens specialTokens) {
    return Configs.of("special_tokens_in_prompts=" + specialTokens.name().toLowerCase(Locale.ROOT));
  }

  private static Prompt text(String text) {
    return Prompt.newBuilder().setId("p").setText(text).build();
  }

  private static Prompt said(String text) {
    Message message = Message.newBuilder().setRole("user").setContent(text).build();
    return Prompt.newBuilder().setId("p").setMessages(List.of(message)).build();
  }
}
