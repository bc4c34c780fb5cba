package io.dpostream.sampler.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.UserException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundTest {

  @Test
  void shouldHaveABatchButOneFreeWithOnePartition() {
    assertThat(new Bound(2, 16, 1).inFlight()).isEqualTo(17);
    assertThatCode(() -> new Bound(2, 16, 1).requireRoom(17, 1000)).doesNotThrowAnyException();
    assertThatThrownBy(() -> new Bound(2, 16, 1).requireRoom(18, 1000))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("makes 18 pairs, and there is always room for 17 only")
        .hasMessageEndingWith("set sampler.max_outstanding_batches to 3 at least");
  }

  /** Three partitions may be full while the fourth lacks the one preference of the next step. */
  @Test
  void shouldHaveTheFreePartOfOnePartitionWithSeveral() {
    Bound bound = new Bound(2, 16, 4);
    assertThat(bound.inFlight()).isEqualTo(5);
    assertThatCode(() -> bound.requireRoom(5, 1000)).doesNotThrowAnyException();
    assertThatThrownBy(() -> bound.requireRoom(6, 1000))
        .hasMessageEndingWith("set sampler.max_outstanding_batches to 3 at least");
    assertThatThrownBy(() -> bound.requireRoom(10, 1000))
        .hasMessageEndingWith("set sampler.max_outstanding_batches to 4 at least");
    assertThatCode(() -> new Bound(4, 16, 4).requireRoom(10, 1000)).doesNotThrowAnyException();
    assertThatThrownBy(() -> new Bound(3, 16, 4).requireRoom(10, 1000))
        .isInstanceOf(UserException.class);
  }

  @Test
  void shouldNameWhatHelpsWhereAStepTakesLessThanAPairOfEachPartition() {
    assertThatCode(() -> new Bound(2, 4, 8).requireRoom(1, 1000)).doesNotThrowAnyException();
    assertThatThrownBy(() -> new Bound(2, 4, 8).requireRoom(2, 1000))
        .hasMessageContaining("let a training step take 8 pairs at least");
  }

  @Test
  void shouldNameTheBoundOfPeople() {
    assertThatThrownBy(() -> new Bound(2, 16, 1).requireRoom(4, 3))
        .hasMessageContaining("always room for 3 only")
        .hasMessageContaining("sampler.max_waiting_for_people");
  }

  @Test
  void shouldCountOfAllPartitionsWhatTheBoundsStepsTake() {
    Bound bound = new Bound(3, 10, 4); // steps take 3, 3, 2 and 2
    assertThat(IntStream.range(0, 4).map(bound::countAtMost)).containsExactly(9, 9, 6, 6);
    assertThat(IntStream.range(0, 4).map(bound::countAtMost).sum()).isEqualTo(bound.preferences());
  }
}
