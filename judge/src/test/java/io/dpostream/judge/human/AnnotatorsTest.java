package io.dpostream.judge.human;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnnotatorsTest {
  private static final String ANN = "ann-0123456789abc";
  private static final String BOB = "bob-0123456789abc";

  @Test
  void shouldKnowPeopleByToken() {
    Annotators people =
        Annotators.parse("# who judges\n\nann: %s\r\n  bob :%s \n".formatted(ANN, BOB), "file");

    assertThat(people.names()).containsExactlyInAnyOrder("ann", "bob");
    assertThat(people.ofToken(BOB)).contains("bob");
    assertThat(people.ofToken("")).isEmpty();
    assertThat(people.sign("ann", "text")).isNotEqualTo(people.sign("bob", "text"));
    assertThat(people.sign("eve", "text")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | people: nobody is listed; add a line 'name: token' for each person",
        "'ann' | people, line 1: is not 'name: token'",
        "'a b: ann-0123456789abc' | people, line 1: the name 'a b' may hold letters, digits, '.', '_', '@' and '-'",
        "'ann: secret' | people, line 1: the token of ann needs 16 characters or more",
        "'ann: ann-0123456789abc;ann: bob-0123456789abc' | people, line 2: ann is listed twice",
        "'ann: ann-0123456789abc;bob: ann-0123456789abc' | people, line 2: the token of bob is somebody else's too",
      })
  void shouldRefuseInOneLineWithoutTheToken(String text, String message) {
    assertThatThrownBy(() -> Annotators.parse(text.replace(';', '\n'), "people"))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }
}
