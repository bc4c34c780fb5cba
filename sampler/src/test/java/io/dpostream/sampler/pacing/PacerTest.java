package io.dpostream.sampler.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.OutcomeKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacerTest {

  private static final int BATCH = 32;

  @Test
  void shouldCountPairsAndPreferencesTowardsOneBound() {
    // 2 reserved and 3 waiting may all become preferences, and 1 is one: 10 - 6
    assertThat(new Pacer(10, 10, 10).room(state(3, 2, 1, 1.0), Share.WHOLE)).isEqualTo(4);
  }

  @Test
  void shouldCountAPairForAsMuchOfAPreferenceAsRecentOnesBecame() {
    Pacer pacer = new Pacer(64, 64, 1000);

    // one pair in four is preferred: 64 - 32 preferences are missing, which take 128 pairs, and 50
    // are under way
    assertThat(pacer.room(state(40, 10, 32, 0.25), Share.WHOLE)).isEqualTo(128 - 50);
    assertThat(pacer.room(state(40, 10, 64, 0.25), Share.WHOLE)).isZero();
    // however few are preferred, a pair counts for an eighth
    assertThat(pacer.room(state(0, 0, 0, 0.0), Share.WHOLE)).isEqualTo(64 * 8);
  }

  @Test
  void shouldSampleAsSoonAsHalfABatchHasRoom() {
    Pacer pacer = new Pacer(64, 64, 1000);

    assertThat(pacer.prompts(state(0, 0, 0, 1.0), Share.WHOLE, 32, 1, false)).isEqualTo(32);
    assertThat(pacer.prompts(state(0, 0, 47, 1.0), Share.WHOLE, 32, 1, false)).isEqualTo(17);
    assertThat(pacer.prompts(state(0, 0, 49, 1.0), Share.WHOLE, 32, 1, false)).isZero();
    assertThat(pacer.prompts(state(0, 0, 49, 1.0), Share.WHOLE, 32, 1, true)).isEqualTo(15);
    // 24 pairs are those of 6 prompts
    assertThat(pacer.prompts(state(0, 0, 40, 1.0), Share.WHOLE, 8, 4, false)).isEqualTo(6);
  }

  @Test
  void shouldFollowTheShareOfPreferencesAmongTheLastOutcomes() {
    OutstandingWork work = new OutstandingWork(id -> id.startsWith("p"));
    assertThat(work.state().preferredShare()).isEqualTo(1);

    for (int i = 0; i < 1000; i++) {
      work.pair("m" + i);
      work.outcome("m" + i, i % 4 == 0 ? OutcomeKind.PREFERRED : OutcomeKind.TIE);
      work.pair("p" + i); // people are slow, and not to be expected to agree with machines
      work.outcome("p" + i, OutcomeKind.PREFERRED);
    }
    assertThat(work.state().preferredShare()).isBetween(0.24, 0.26);
  }

  @Test
  void shouldGiveRoomBackWhenAPairEndsInATieAndWhenItsPreferenceIsTrained() {
    OutstandingWork work = new OutstandingWork(id -> false);
    Pacer pacer = new Pacer(10, 10, 10);
    work.reserve(List.of("a", "b", "c", "d"));
    assertThat(pacer.room(work.state(), Share.WHOLE)).isEqualTo(6);
    work.pair("a");
    work.outcome("a", OutcomeKind.TIE);
    assertThat(work.state().undecided()).isEqualTo(3);
    work.pair("b");
    work.outcome("b", OutcomeKind.PREFERRED);
    work.preference("b", 0, 0, 17);
    assertThat(work.state().undecided()).isEqualTo(2);
    assertThat(work.state().untrained()).isEqualTo(1);
    // a share a little below 1 leaves room for 7: (10 - 1) / share - 2
    assertThat(pacer.room(work.state(), Share.WHOLE)).isEqualTo(7);
    work.trained(0, 18);
    assertThat(pacer.room(work.state(), Share.WHOLE)).isEqualTo(8);
  }

  private static PacingState state(int waiting, int reserved, int untrained, double share) {
    return new PacingState(waiting, Map.of(), waiting, 0, reserved, 0, untrained, share);
  }

  @Test
  void shouldGivePairsForPeopleTheirOwnBound() {
    OutstandingWork work = new OutstandingWork(id -> id.startsWith("p"));
    Pacer pacer = new Pacer(10, 10, 2);
    work.pair("p1");
    assertThat(work.state().undecided()).isZero();
    assertThat(pacer.room(work.state(), Share.WHOLE)).isEqualTo(1);

    work.reserve(List.of("p2"));
    assertThat(pacer.room(work.state(), Share.WHOLE)).isZero();
    work.outcome("p1", OutcomeKind.EXPIRED);
    assertThat(pacer.room(work.state(), Share.WHOLE)).isEqualTo(1);
    work.release(List.of("p2"));
    assertThat(pacer.room(work.state(), Share.WHOLE)).isEqualTo(2);
  }

  /**
   * Judge and trainer work at random speeds; the judge ties 95 % of the pairs. The bound is two
   * batches. The loop must reach a given number of steps. A pair counts for an eighth of a
   * preference at least, so that there are never more than eight times the bound.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void shouldKeepTurningWhenMostPairsAreTies(int seed) {
    Random random = new Random(seed);
    OutstandingWork work = new OutstandingWork(id -> false);
    Pacer pacer = new Pacer(2 * BATCH, BATCH + 1, 1000);
    Queue<String> unjudged = new ArrayDeque<>();
    Queue<Long> preferences = new ArrayDeque<>();
    long pairs = 0;
    long nextOffset = 0;
    int steps = 0;
    for (int turn = 0; steps < 20; turn++) {
      assertThat(turn).as("turns without reaching 20 steps").isLessThan(20_000);
      int room = pacer.room(work.state(), Share.WHOLE);
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
      PacingState state = work.state();
      assertThat(state.undecided() + state.untrained()).isBetween(0, 8 * 2 * BATCH);
      assertThat(state.untrained()).isLessThanOrEqualTo(2 * BATCH + BATCH / 2);
    }
    assertThat(work.state().sampled()).isGreaterThanOrEqualTo(20L * BATCH * 10).isEqualTo(pairs);
  }

  /**
   * Samplers whose counts lag behind the topics and behind each other, as Kafka's readers do: a
   * sampler decides on counts that include what others had written when it asked, and its pairs are
   * read back at any later time. Whatever the shares, the bound holds at each moment, and when
   * nothing moves any more, every sampler may write.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8})
  void shouldKeepSeveralSamplersTogetherWithinTheBound(int samplers) {
    int partitions = 8;
    int batch = 16;
    Random random = new Random(samplers);
    Pacer pacer = new Pacer(2 * batch, batch + 1, 1000);
    int[] unread = new int[samplers];
    int[] begun = new int[samplers];
    int committed = 0;
    int most = 0;
    for (int turn = 0; turn < 20_000; turn++) {
      int i = random.nextInt(samplers);
      Share share = new Share((partitions + i) / samplers, partitions);
      switch (random.nextInt(4)) {
        case 0 -> {
          if (begun[i] == 0) {
            // fresh counts: all that was committed by anybody, less what is reserved here
            begun[i] = pacer.room(state(committed - unread[i], unread[i], 0, 1.0), share);
          }
        }
        case 1 -> {
          committed += begun[i];
          unread[i] += begun[i];
          begun[i] = 0;
        }
        case 2 -> unread[i] = 0;
        default -> {
          if (committed >= batch && random.nextInt(8) == 0) {
            committed -= batch;
            for (int j = 0; j < samplers; j++) {
              unread[j] = 0; // what was trained had been read
            }
          }
        }
      }
      most = Math.max(most, committed + Arrays.stream(begun).sum());
      assertThat(most).isLessThanOrEqualTo(2 * batch);
    }
    assertThat(most).as("the bound is used").isGreaterThan(batch);
    for (int i = 0; i < samplers; i++) {
      Share share = new Share((partitions + i) / samplers, partitions);
      assertThat(pacer.room(state(0, 0, batch - 1, 1.0), share)).isPositive();
    }
  }

  @Test
  void shouldHavePlacesForAsManySamplersAsCanEachWriteThePairsOfAPrompt() {
    Pacer pacer = new Pacer(16, 9, 1000); // 9 pairs in flight, by 8 partitions
    assertThat(pacer.places(8, 1)).isEqualTo(8); // 1.1 pairs each
    assertThat(pacer.places(8, 2)).isEqualTo(4); // one of 5 would have 1 partition, 1.1 pairs
    assertThat(pacer.places(8, 4)).isEqualTo(2); // one of 3 would have 2 partitions, 2.2 pairs
    assertThat(pacer.places(8, 9)).isEqualTo(1);
    assertThat(new Pacer(1000, 900, 10).places(8, 3)).isEqualTo(1); // 5 of people's 10 at once
  }

  /** Kafka spreads 8 partitions as evenly as it can, and nobody knows who gets the larger parts. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldLetSamplersLeaveUntilEachOfTheOthersHasRoomInAnySpread(int samplers) {
    for (int pairs = 1; pairs <= 9; pairs++) {
      Pacer pacer = new Pacer(16, 9, 1000);
      int places = pacer.places(8, pairs);
      int staying = 0;
      for (int place = 0; place < samplers; place++) {
        staying += pacer.isOneTooMany(place, 8, pairs) ? 0 : 1;
      }
      int expected = places == 8 ? samplers : Math.min(samplers, places);
      assertThat(staying).as("of %d with %d pairs", samplers, pairs).isEqualTo(expected);
      int least = 8 / Math.min(staying, 8);
      assertThat(pacer.hasRoom(new Share(least, 8), pairs)).isTrue();
    }
  }

  @Test
  void shouldLetTheThirdOfThreeLeaveThoughItsShareHasRoom() {
    Pacer pacer = new Pacer(16, 9, 1000); // 3 of 8 partitions have room for 3 pairs, 2 have not
    assertThat(pacer.hasRoom(new Share(3, 8), 3)).isTrue();
    assertThat(pacer.hasRoom(new Share(2, 8), 3)).isFalse();

    assertThat(pacer.isOneTooMany(0, 8, 3)).isFalse();
    assertThat(pacer.isOneTooMany(1, 8, 3)).isFalse();
    assertThat(pacer.isOneTooMany(2, 8, 3)).isTrue();
  }

  @Test
  void shouldLetThoseWithoutAPartitionWaitForOne() {
    Pacer pacer = new Pacer(16, 9, 1000); // one partition has room for a pair
    assertThat(pacer.isOneTooMany(8, 8, 1)).isFalse();
  }
}
