package io.dpostream.pipeline.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.OutcomeKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairTallyTest {

  private final PairTally tally = new PairTally();

  private long decided() {
    return tally.outcomes().values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void shouldCountOutcomesOfPairsAndTheRestAsWaiting() {
    tally.pair("a");
    tally.pair("b");
    tally.outcome("a", OutcomeKind.TIE);

    assertThat(tally.outcomes()).isEqualTo(Map.of(OutcomeKind.TIE, 1L));
    assertThat(tally.waiting()).isEqualTo(1);
  }

  @Test
  void shouldHoldAnOutcomeBackUntilItsPairIsSeen() {
    tally.outcome("a", OutcomeKind.PREFERRED);
    assertThat(tally.unmatched()).isEqualTo(1);
    assertThat(decided()).isZero();

    tally.pair("a");
    assertThat(tally.unmatched()).isZero();
    assertThat(tally.outcomes()).isEqualTo(Map.of(OutcomeKind.PREFERRED, 1L));
  }

  @Test
  void shouldKeepSampledEqualToOutcomesPlusWaitingInAnyOrderOfArrival() {
    List<Runnable> events = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String id = "pair-" + i;
      events.add(() -> tally.pair(id));
      if (i % 3 != 0) {
        events.add(() -> tally.outcome(id, OutcomeKind.TIE));
      }
    }
    java.util.Collections.shuffle(events, new Random(7));

    for (Runnable event : events) {
      event.run();
      assertThat(tally.sampled()).isEqualTo(decided() + tally.waiting());
    }
    // 67 of 200 numbers are divisible by three and have no outcome.
    assertThat(tally.waiting()).isEqualTo(67);
    assertThat(tally.unmatched()).isZero();
  }
}
