package io.dpostream.sampler.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.OutcomeKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairAccountingTest {

  private final PairAccounting accounting = new PairAccounting(PairAccounting.Listener.NONE);

  private long decided() {
    return accounting.outcomes().values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void shouldCountOutcomesOfPairsAndTheRestAsWaiting() {
    accounting.pair("a");
    accounting.pair("b");
    accounting.outcome("a", OutcomeKind.TIE);

    assertThat(accounting.outcomes()).isEqualTo(Map.of(OutcomeKind.TIE, 1L));
    assertThat(accounting.waiting()).isEqualTo(1);
  }

  @Test
  void shouldHoldAnOutcomeBackUntilItsPairIsSeen() {
    accounting.outcome("a", OutcomeKind.PREFERRED);
    assertThat(accounting.unmatched()).isEqualTo(1);
    assertThat(decided()).isZero();

    accounting.pair("a");
    assertThat(accounting.unmatched()).isZero();
    assertThat(accounting.outcomes()).isEqualTo(Map.of(OutcomeKind.PREFERRED, 1L));
  }

  /** A pair's id says what it was sampled from: a second record of it is the first one again. */
  @Test
  void shouldCountAPairOnceWhetherItIsRepeatedWhileItWaitsOrAfterItHasEnded() {
    accounting.pair("a");
    accounting.pair("a");
    assertThat(accounting.sampled()).isEqualTo(1);
    assertThat(accounting.waiting()).isEqualTo(1);

    accounting.outcome("a", OutcomeKind.TIE);
    accounting.pair("a");
    assertThat(accounting.sampled()).isEqualTo(1);
    assertThat(accounting.waiting()).isZero();
    assertThat(accounting.outcomes()).isEqualTo(Map.of(OutcomeKind.TIE, 1L));
  }

  @Test
  void shouldCountTheFirstOutcomeAloneWhetherItsPairIsThereOrNot() {
    accounting.pair("a");
    accounting.outcome("a", OutcomeKind.TIE);
    accounting.outcome("a", OutcomeKind.PREFERRED);
    accounting.outcome("b", OutcomeKind.EXPIRED);
    accounting.outcome("b", OutcomeKind.PREFERRED);
    assertThat(accounting.unmatched()).isEqualTo(1);

    accounting.pair("b");
    assertThat(accounting.unmatched()).isZero();
    assertThat(accounting.outcomes())
        .isEqualTo(Map.of(OutcomeKind.TIE, 1L, OutcomeKind.EXPIRED, 1L));
  }

  @Test
  void shouldTellOfEachPairOnceInOrder() {
    List<String> told = new ArrayList<>();
    PairAccounting telling =
        new PairAccounting(
            new PairAccounting.Listener() {
              @Override
              public void started(String id) {
                told.add("started " + id);
              }

              @Override
              public void ended(String id, OutcomeKind kind) {
                told.add("ended " + id + " " + kind);
              }
            });
    telling.outcome("a", OutcomeKind.TIE);
    telling.pair("a");
    telling.pair("a");
    telling.outcome("a", OutcomeKind.TIE);

    assertThat(told).containsExactly("started a", "ended a TIE");
  }

  /** Enough pairs for the ids that ended to be moved into larger tables several times. */
  @Test
  void shouldRememberEveryPairThatEnded() {
    for (int i = 0; i < 20_000; i++) {
      accounting.pair("pair-" + i);
      accounting.outcome("pair-" + i, OutcomeKind.TIE);
    }
    for (int i = 0; i < 20_000; i++) {
      accounting.pair("pair-" + i);
    }
    assertThat(accounting.sampled()).isEqualTo(20_000);
    assertThat(accounting.waiting()).isZero();
  }

  @Test
  void shouldKeepSampledEqualToOutcomesPlusWaitingInAnyOrderOfArrival() {
    List<Runnable> events = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String id = "pair-" + i;
      events.add(() -> accounting.pair(id));
      if (i % 3 != 0) {
        events.add(() -> accounting.outcome(id, OutcomeKind.TIE));
      }
    }
    java.util.Collections.shuffle(events, new Random(7));

    for (Runnable event : events) {
      event.run();
      assertThat(accounting.sampled()).isEqualTo(decided() + accounting.waiting());
    }
    // 67 of 200 numbers are divisible by three and have no outcome.
    assertThat(accounting.waiting()).isEqualTo(67);
    assertThat(accounting.unmatched()).isZero();
  }
}
