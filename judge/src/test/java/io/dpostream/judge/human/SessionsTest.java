package io.dpostream.judge.human;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.human.Sessions.Session;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionsTest {
  private static final String ANN = "ann: ann-0123456789abc";
  private static final String BOB = "bob: bob-0123456789abc";
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final Sessions sessions = sessions(ANN + "\n" + BOB);

  private static Sessions sessions(String people) {
    return new Sessions(Annotators.parse(people, "file"));
  }

  @Test
  void shouldOutliveARestartAndEndWithTheToken() {
    String text = sessions.text(sessions.open("ann"), NOW);

    assertThat(sessions(ANN).of(text, NOW)).map(Session::name).contains("ann");
    assertThat(sessions("ann: another-token-123").of(text, NOW)).isEmpty();
    assertThat(sessions(BOB).of(text, NOW)).isEmpty();
  }

  @Test
  void shouldEndAfterTwelveHours() {
    String text = sessions.text(sessions.open("ann"), NOW);

    assertThat(sessions.of(text, NOW.plus(Duration.ofHours(12)).minusSeconds(1))).isPresent();
    assertThat(sessions.of(text, NOW.plus(Duration.ofHours(12)))).isEmpty();
  }

  @Test
  void shouldEndForEveryCopyWhenThePersonSignsOut() {
    Session session = sessions.open("ann");
    String first = sessions.text(session, NOW);
    String renewed = sessions.text(session, NOW.plusSeconds(60));
    String elsewhere = sessions.text(sessions.open("ann"), NOW);

    sessions.end(session, NOW);

    assertThat(sessions.of(first, NOW)).isEmpty();
    assertThat(sessions.of(renewed, NOW)).isEmpty();
    assertThat(sessions.of(elsewhere, NOW)).isPresent();
    assertThat(sessions.of(renewed, NOW.plus(Duration.ofHours(11)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "ann", "ann~id~9999999999~", "ann~id~9999999999~x", "~~~", "a~b~-1~c"})
  void shouldTakeNothingThatItHasNotSigned(String text) {
    assertThat(sessions.of(text, NOW)).isEmpty();
  }

  @Test
  void shouldTakeNoSessionThatWasChanged() {
    String text = sessions.text(sessions.open("ann"), NOW);

    assertThat(sessions.of(text.replace("ann~", "bob~"), NOW)).isEmpty();
    assertThat(sessions.of(text.replaceFirst("~\\d+~", "~99999999999~"), NOW)).isEmpty();
  }
}
