package io.dpostream.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonProblemTest {
  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": ", "[1, 2", "{'a': 1}", "\"a\n\"", "{\"a\": 1", "nul", "{a}"})
  void shouldSayWhatIsWrongWithoutWhereTheParserReadFrom(String text) {
    assertThat(problem(text)).isNotEmpty().doesNotContain("Source", "REDACTED", "\n");
  }

  @Test
  void shouldSayWhereSomethingWithoutAnEndBegan() {
    assertThat(problem("\n\n{\"a\": 1"))
        .isEqualTo(
            "Unexpected end-of-input: expected close marker for Object, which began on line 3");
  }

  private static String problem(String text) {
    try {
      return new ObjectMapper().readTree(text) + " is JSON";
    } catch (JsonProcessingException e) {
      return JsonProblem.of(e);
    }
  }
}
