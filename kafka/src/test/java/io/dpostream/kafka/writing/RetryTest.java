package io.dpostream.kafka.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class RetryTest {
  private final AtomicInteger attempts = new AtomicInteger();

  private int failTwice() {
    if (attempts.incrementAndGet() <= 2) {
      throw new TimeoutException("no broker");
    }
    return attempts.get();
  }

  private static Retry of(int attempts) {
    return new Retry(attempts, new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), 0), () -> 0);
  }

  @Test
  void shouldRepeatWhatAnOutageFailed() {
    assertThat(of(3).call(this::failTwice)).isEqualTo(3);
  }

  @Test
  void shouldGiveUpAfterItsAttempts() {
    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> of(2).call(this::failTwice));
    assertThat(attempts).hasValue(2);
  }

  @Test
  void shouldLetOtherFailuresThrough() {
    assertThatExceptionOfType(SerializationException.class)
        .isThrownBy(
            () ->
                of(3)
                    .run(
                        () -> {
                          attempts.incrementAndGet();
                          throw new SerializationException("broken");
                        }));
    assertThat(attempts).hasValue(1);
  }

  @Test
  void shouldRepeatWhatFailedInTheWayThatIsToldToPass() {
    assertThat(of(3).call("away", UncheckedIOException.class::isInstance, () -> storeIsAway(2)))
        .isEqualTo(3);
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(
            () -> of(3).call("away", UncheckedIOException.class::isInstance, this::failTwice));
  }

  private int storeIsAway(int times) {
    if (attempts.incrementAndGet() <= times) {
      throw new UncheckedIOException(new IOException("no store"));
    }
    return attempts.getAndSet(0);
  }

  @Test
  void shouldEndTheWaitWhenStopped() {
    Retry retry = Retry.untilStopped();
    retry.stop();

    assertThatExceptionOfType(InterruptException.class)
        .isThrownBy(() -> retry.call(this::failTwice));
    assertThat(attempts).hasValue(1);
  }
}
