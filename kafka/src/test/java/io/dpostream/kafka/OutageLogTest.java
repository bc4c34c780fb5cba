package io.dpostream.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutageLogTest {
  private final List<String> lines = new ArrayList<>();
  private final OutageLog log = new OutageLog("Kafka at k:1", lines::add);

  @Test
  void shouldSayNothingWhileAllIsWell() {
    observe(0, "");
    observe(2, "");
    assertThat(lines).isEmpty();
  }

  @Test
  void shouldSayItAtOnceThenOnceAMinuteThenThatItIsOver() {
    for (int second = 0; second <= 130; second += 2) {
      observe(second, "refused");
    }
    observe(132, "");
    observe(134, "");
    observe(136, "refused");
    assertThat(lines)
        .containsExactly(
            "Kafka at k:1 cannot be reached: refused; trying again until it answers",
            "Kafka at k:1 cannot be reached for 60 s: refused",
            "Kafka at k:1 cannot be reached for 120 s: refused",
            "Kafka at k:1 answers again after 132 s",
            "Kafka at k:1 cannot be reached: refused; trying again until it answers");
  }

  private void observe(int second, String problem) {
    log.observe(
        Optional.of(problem).filter(p -> !p.isEmpty()), Duration.ofSeconds(second).toNanos());
  }
}
