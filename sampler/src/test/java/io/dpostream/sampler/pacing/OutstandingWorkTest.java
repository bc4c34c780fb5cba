package io.dpostream.sampler.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dpostream.schemas.OutcomeKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutstandingWorkTest {

  /** The topics are read side by side: only the order within each is certain. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldReachTheSameCountsInWhateverOrderTheTopicsAreRead(int seed) {
    OutstandingWork work = new OutstandingWork(id -> id.endsWith("0"));
    List<Runnable> pairs = new ArrayList<>();
    List<Runnable> outcomes = new ArrayList<>();
    List<Runnable> preferences = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      String id = "pair-" + i;
      pairs.add(() -> work.pair(id));
      if (i < 60) {
        OutcomeKind kind = i % 2 == 0 ? OutcomeKind.PREFERRED : OutcomeKind.TIE;
        outcomes.add(() -> work.outcome(id, kind));
      }
      if (i < 60 && i % 2 == 0) {
        long offset = i;
        preferences.add(() -> work.preference(id, 0, 0, offset));
      }
    }
    List<Runnable> trained = List.of(() -> work.trained(0, 20), () -> work.trained(0, 40));
    for (Runnable read : interleaved(List.of(pairs, outcomes, preferences, trained), seed)) {
      read.run();
      work.state(); // its constructor checks that sampled = outcomes + waiting
    }

    PacingState state = work.state();
    assertThat(state.sampled()).isEqualTo(90);
    assertThat(state.outcomes())
        .isEqualTo(Map.of(OutcomeKind.PREFERRED, 30L, OutcomeKind.TIE, 30L));
    assertThat(state.waiting()).isEqualTo(30);
    assertThat(state.waitingForPeople()).isEqualTo(3); // 60, 70, 80
    assertThat(state.untrained()).isEqualTo(10); // offsets 40, 42, ... 58
  }

  @Test
  void shouldCountACorrectionAsAPreferenceToTrain() {
    OutstandingWork work = new OutstandingWork(id -> false);
    work.pair("a");
    work.outcome("a", OutcomeKind.PREFERRED);
    work.preference("a", 0, 0, 0);
    work.trained(0, 1);
    work.preference("a", 1, 0, 5);
    assertThat(work.state().untrained()).isEqualTo(1);
    work.trained(0, 6);
    assertThat(work.state().untrained()).isZero();
  }

  @Test
  void shouldCountAPairOnceWhenItIsReadTwice() {
    OutstandingWork work = new OutstandingWork(id -> true);
    work.pair("a");
    work.pair("a");
    assertThat(work.state().sampled()).isEqualTo(1);
    assertThat(work.state().waitingForPeople()).isEqualTo(1);

    work.outcome("a", OutcomeKind.TIE);
    work.pair("a");
    work.outcome("a", OutcomeKind.TIE);
    assertThat(work.state().sampled()).isEqualTo(1);
    assertThat(work.state().waitingForPeople()).isZero();
    assertThat(work.state().outstandingForPeople()).isZero();
  }

  @Test
  void shouldRefuseAStateThatLosesAPair() {
    assertThatIllegalStateException()
        .isThrownBy(() -> new PacingState(3, Map.of(OutcomeKind.TIE, 1L), 1, 0, 0, 0, 0, 1));
  }

  private static List<Runnable> interleaved(List<List<Runnable>> topics, int seed) {
    List<Integer> turns = new ArrayList<>();
    for (int topic = 0; topic < topics.size(); topic++) {
      turns.addAll(Collections.nCopies(topics.get(topic).size(), topic));
    }
    Collections.shuffle(turns, new Random(seed));
    int[] next = new int[topics.size()];
    return turns.stream().map(topic -> topics.get(topic).get(next[topic]++)).toList();
  }

  /**
   * Of two partitions with a share of two pairs a step, one is never short because of the other.
   */
  @Test
  void shouldNotLetOnePartitionFillTheBoundForTheOthers() {
    OutstandingWork work = new OutstandingWork(id -> false);
    work.countAtMost(partition -> 2 * 2);
    for (int i = 0; i < 20; i++) {
      work.pair("p" + i);
      work.outcome("p" + i, OutcomeKind.PREFERRED);
      work.preference("p" + i, 0, 1, i);
    }

    assertThat(work.state().untrained()).isEqualTo(4);
    assertThat(new Pacer(2 * 4, 5, 1000).room(work.state(), Share.WHOLE)).isEqualTo(4);
  }
}
