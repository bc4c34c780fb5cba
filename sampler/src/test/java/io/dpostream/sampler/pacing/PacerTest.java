package io.dpostream.sampler.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.OutcomeKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacerTest {

  private static final int BATCH = 32;

  @Test
  void shouldCountPairsAndPreferencesTowardsOneBound() {
    PairLedger ledger = new PairLedger(id -> false);
    Pacer pacer = new Pacer(10, 10);
    ledger.reserve(List.of("a", "b", "c", "d"));
    ledger.pair("a");
    ledger.pair("b");
    ledger.pair("c");
    ledger.outcome("a", OutcomeKind.TIE);
    ledger.outcome("b", OutcomeKind.PREFERRED);

    // d is reserved, c waits, b is untrained; a is over: 10 - 3
    assertThat(pacer.room(ledger.state())).isEqualTo(7);
    ledger.preference("b", 0, 0, 17);
    assertThat(pacer.room(ledger.state())).isEqualTo(7);
    ledger.trained(0, 18);
    assertThat(pacer.room(ledger.state())).isEqualTo(8);
  }

  @Test
  void shouldGivePairsForPeopleTheirOwnBound() {
    PairLedger ledger = new PairLedger(id -> id.startsWith("p"));
    Pacer pacer = new Pacer(10, 2);
    ledger.pair("p1");
    assertThat(ledger.state().outstanding()).isZero();
    assertThat(pacer.room(ledger.state())).isEqualTo(1);

    ledger.reserve(List.of("p2"));
    assertThat(pacer.room(ledger.state())).isZero();
    ledger.outcome("p1", OutcomeKind.EXPIRED);
    assertThat(pacer.room(ledger.state())).isEqualTo(1);
    ledger.release(List.of("p2"));
    assertThat(pacer.room(ledger.state())).isEqualTo(2);
  }

  /**
   * Judge and trainer work at random speeds; the judge ties 95 % of the pairs. The bound is two
   * batches. The loop must reach a given number of steps, and the bound must hold all the time.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void shouldKeepTurningWhenMostPairsAreTies(int seed) {
    Random random = new Random(seed);
    PairLedger ledger = new PairLedger(id -> false);
    Pacer pacer = new Pacer(2 * BATCH, 1000);
    Queue<String> unjudged = new ArrayDeque<>();
    Queue<Long> preferences = new ArrayDeque<>();
    long pairs = 0;
    long nextOffset = 0;
    int steps = 0;
    for (int turn = 0; steps < 20; turn++) {
      assertThat(turn).as("turns without reaching 20 steps").isLessThan(20_000);
      int room = pacer.room(ledger.state());
      if (room > 0 && random.nextBoolean()) {
        List<String> batch = new ArrayList<>();
        for (int i = 0; i < Math.min(room, BATCH); i++) {
          batch.add("pair-" + pairs++);
        }
        ledger.reserve(batch);
        batch.forEach(ledger::pair);
        unjudged.addAll(batch);
      }
      for (int i = random.nextInt(BATCH); i > 0 && !unjudged.isEmpty(); i--) {
        boolean tie = random.nextInt(100) < 95;
        String id = unjudged.remove();
        ledger.outcome(id, tie ? OutcomeKind.TIE : OutcomeKind.PREFERRED);
        if (!tie) {
          ledger.preference(id, 0, 0, nextOffset);
          preferences.add(nextOffset);
          nextOffset += 1 + random.nextInt(2); // transaction markers leave gaps
        }
      }
      if (preferences.size() >= BATCH && random.nextInt(4) == 0) {
        long last = 0;
        for (int i = 0; i < BATCH; i++) {
          last = preferences.remove();
        }
        ledger.trained(0, last + 1);
        steps++;
      }
      assertThat(ledger.state().outstanding()).isBetween(0, 2 * BATCH);
    }
    assertThat(ledger.state().sampled()).isGreaterThanOrEqualTo(20L * BATCH * 10).isEqualTo(pairs);
  }
}
