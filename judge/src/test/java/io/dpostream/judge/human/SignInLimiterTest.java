package io.dpostream.judge.human;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SignInLimiterTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final SignInLimiter limiter = new SignInLimiter();

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      limiter.failed("a", NOW);
    }
  }

  @Test
  void shouldForgiveAFewMistakes() {
    fail(SignInLimiter.FREE - 1);
    assertThat(limiter.pause("a", NOW)).isEmpty();
  }

  @Test
  void shouldDoubleThePauseWithEachFurtherWrongToken() {
    fail(SignInLimiter.FREE);
    assertThat(limiter.pause("a", NOW)).contains(Duration.ofSeconds(1));
    fail(3);
    assertThat(limiter.pause("a", NOW)).contains(Duration.ofSeconds(8));
    assertThat(limiter.pause("a", NOW.plusSeconds(7))).contains(Duration.ofSeconds(1));
    assertThat(limiter.pause("a", NOW.plusSeconds(8))).isEmpty();
    fail(40);
    assertThat(limiter.pause("a", NOW)).contains(SignInLimiter.LONGEST);
  }

  @Test
  void shouldSlowDownOneAddressUntilItsTokenIsRight() {
    fail(SignInLimiter.FREE);
    assertThat(limiter.pause("b", NOW)).isEmpty();
    limiter.succeeded("a");
    assertThat(limiter.pause("a", NOW)).isEmpty();
  }
}
