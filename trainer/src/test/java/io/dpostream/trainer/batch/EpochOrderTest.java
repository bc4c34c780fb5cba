package io.dpostream.trainer.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.UserException;
import io.dpostream.trainer.batch.EpochOrder.Place;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {

  private static List<Place> places(int partition, long count) {
    return LongStream.range(0, count).mapToObj(offset -> new Place(partition, offset)).toList();
  }

  @Test
  void shouldTakeTheQuotaOfEachPartitionInTurn() {
    // Three of two partitions: two from the first, one from the second, until both end.
    List<Place> order =
        EpochOrder.inTurn(List.of(places(0, 3), places(1, 3)), new PartitionQuotas(3, 2));

    assertThat(order)
        .containsExactly(
            new Place(0, 0),
            new Place(0, 1),
            new Place(1, 0),
            new Place(0, 2),
            new Place(1, 1),
            new Place(1, 2));
  }

  @Test
  void shouldShuffleBySeedAndEpochAlone() {
    List<Place> places = places(0, 50);

    List<Place> order = EpochOrder.shuffled(places, 1, 0);

    assertThat(order).containsExactlyInAnyOrderElementsOf(places).isNotEqualTo(places);
    assertThat(EpochOrder.shuffled(places, 1, 0)).isEqualTo(order);
    assertThat(EpochOrder.shuffled(places, 1, 1)).isNotEqualTo(order);
    assertThat(EpochOrder.shuffled(places, 2, 0)).isNotEqualTo(order);
  }

  @Test
  void shouldRefuseABatchThatLeavesAPartitionOut() {
    assertThatThrownBy(() -> new PartitionQuotas(2, 3))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("is 2 and the preferences have 3 partitions");
  }
}
