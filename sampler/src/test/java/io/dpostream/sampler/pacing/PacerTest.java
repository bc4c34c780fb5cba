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
    OutstandingWork work = new OutstandingWork(id -> false);
    Pacer pacer = new Pacer(10, 10);
    work.reserve(List.of("a", "b", "c", "d"));
    work.pair("a");
    work.pair("b");
    work.pair("c");
    work.outcome("a", OutcomeKind.TIE);
    work.outcome("b", OutcomeKind.PREFERRED);

    // d is reserved, c waits, b is untrained; a is over: 10 - 3
    assertThat(pacer.room(work.state())).isEqualTo(7);
    work.preference("b", 0, 0, 17);
    assertThat(pacer.room(work.state())).isEqualTo(7);
    work.trained(0, 18);
    assertThat(pacer.room(work.state())).isEqualTo(8);
  }

  @Test
  void shouldGivePairsForPeopleTheirOwnBound() {
    OutstandingWork work = new OutstandingWork(id -> id.startsWith("p"));
    Pacer pacer = new Pacer(10, 2);
    work.pair("p1");
    assertThat(work.state().outstanding()).isZero();
    assertThat(pacer.room(work.state())).isEqualTo(1);

    work.reserve(List.of("p2"));
    assertThat(pacer.room(work.state())).isZero();
    work.outcome("p1", OutcomeKind.EXPIRED);
    assertThat(pacer.room(work.state())).isEqualTo(1);
    work.release(List.of("p2"));
    assertThat(pacer.room(work.state())).isEqualTo(2);
  }

  /**
   * Judge and trainer work at random speeds; the judge ties 95 % of the pairs. The bound is two
   * batches. The loop must reach a given number of steps, and the bound must hold all the time.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void shouldKeepTurningWhenMostPairsAreTies(int seed) {
    Random random = new Random(seed);
    OutstandingWork work = new OutstandingWork(id -> false);
    Pacer pacer = new Pacer(2 * BATCH, 1000);
    Queue<String> unjudged = new ArrayDeque<>();
    Queue<Long> preferences = new ArrayDeque<>();
    long pairs = 0;
    long nextOffset = 0;
    int steps = 0;
    for (int turn = 0; steps < 20; turn++) {
      assertThat(turn).as("turns without reaching 20 steps").isLessThan(20_000);
      int room = pacer.room(work.state());
      if (room > 0 && random.nextBoolean()) {
        List<String> batch = new ArrayList<>();
        for (int i = 0; i < Math.min(room, BATCH); i++) {
          batch.add("pair-" + pairs++);
        }
        work.reserve(batch);
        batch.forEach(work::pair);
        unjudged.addAll(batch);
      }
      for (int i = random.nextInt(BATCH); i > 0 && !unjudged.isEmpty(); i--) {
        boolean tie = random.nextInt(100) < 95;
        String id = unjudged.remove();
        work.outcome(id, tie ? OutcomeKind.TIE : OutcomeKind.PREFERRED);
        if (!tie) {
          work.preference(id, 0, 0, nextOffset);
          preferences.add(nextOffset);
          nextOffset += 1 + random.nextInt(2); // transaction markers leave gaps
        }
      }
      if (preferences.size() >= BATCH && random.nextInt(4) == 0) {
        long last = 0;
        for (int i = 0; i < BATCH; i++) {
          last = preferences.remove();
        }
        work.trained(0, last + 1);
        steps++;
      }
      assertThat(work.state().outstanding()).isBetween(0, 2 * BATCH);
    }
    assertThat(work.state().sampled()).isGreaterThanOrEqualTo(20L * BATCH * 10).isEqualTo(pairs);
  }
}
