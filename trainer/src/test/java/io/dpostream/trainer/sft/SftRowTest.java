package io.dpostream.trainer.sft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.text.ChatMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SftRowTest {
  @Test
  void shouldReadStandardAndConversationalRows() {
    assertThat(SftRow.parse("{\"prompt\": \"Once\", \"completion\": \" more\"}"))
        .isEqualTo(new SftRow.Text("Once", " more"));
    assertThat(
            SftRow.parse(
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"Hi\"}],"
                    + " \"completion\": [{\"role\": \"assistant\", \"content\": \"Ho\"}]}"))
        .isEqualTo(
            new SftRow.Conversation(
                List.of(new ChatMessage("user", "Hi")),
                List.of(new ChatMessage("assistant", "Ho"))));
  }

  @Test
  void shouldTakeTheChosenSideOfAPreference() {
    assertThat(SftRow.parse("{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}"))
        .isEqualTo(new SftRow.Text("a", "b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not JSON",
        "[]",
        "{\"prompt\": \"a\"}",
        "{\"prompt\": \"a\", \"completion\": []}",
        "{\"prompt\": [], \"completion\": []}",
        "{\"prompt\": [{\"role\": \"user\"}], \"completion\": [{}]}",
      })
  void shouldRefuseWhatIsNoRow(String line) {
    assertThatThrownBy(() -> SftRow.parse(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("\n");
  }
}
