package io.dpostream.kafka.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final double MIDDLE = 0.5;

  private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), 0.2);

  @Test
  void shouldDoubleUpToTheBound() {
    assertThat(backoff.delay(0, MIDDLE)).isEqualTo(Duration.ofMillis(100));
    assertThat(backoff.delay(1, MIDDLE)).isEqualTo(Duration.ofMillis(200));
    assertThat(backoff.delay(3, MIDDLE)).isEqualTo(Duration.ofMillis(800));
    assertThat(backoff.delay(4, MIDDLE)).isEqualTo(Duration.ofSeconds(1));
    assertThat(backoff.delay(Integer.MAX_VALUE, MIDDLE)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void shouldDeviateByTheJitterAtMost() {
    assertThat(backoff.delay(0, 0)).isEqualTo(Duration.ofMillis(80));
    assertThat(backoff.delay(0, 0.75)).isEqualTo(Duration.ofMillis(110));
    assertThat(backoff.delay(9, 0)).isEqualTo(Duration.ofMillis(800));
  }

  @Test
  void shouldNotOverflowWhateverTheFirstWait() {
    Duration day = Duration.ofDays(1);

    assertThat(new Backoff(day, day.multipliedBy(2), 0).delay(40, MIDDLE))
        .isEqualTo(day.multipliedBy(2));
    assertThat(new Backoff(Duration.ZERO, Duration.ZERO, 0).delay(40, MIDDLE)).isZero();
  }

  @Test
  void shouldRefuseWhatIsNoBackoff() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Backoff(Duration.ZERO, Duration.ZERO, 1));
  }
}
