package io.dpostream.trainer.batch;

import io.dpostream.schemas.OffsetRange;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.EpochOrder.Place;
import io.dpostream.trainer.ledger.Offsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The records between two offsets of each partition, found by reading them once. Immutable. */
public final class PinnedRange {
  private final List<Place> places;

  private PinnedRange(List<Place> places) {
    this.places = List.copyOf(places);
  }

  /** Finds the records from one offset of each partition to another. */
  public static PinnedRange find(PreferenceLog log, Offsets from, Offsets to, int batchSize) {
    List<List<Place>> byPartition = new ArrayList<>();
    for (int partition = 0; partition < log.partitions(); partition++) {
      List<Place> found = new ArrayList<>();
      if (from.of(partition) < to.of(partition)) {
        log.forEach(
            new OffsetRange(partition, from.of(partition), to.of(partition)),
            record -> found.add(new Place(record.partition(), record.offset())));
      }
      byPartition.add(found);
    }
    return new PinnedRange(
        EpochOrder.inTurn(byPartition, new PartitionQuotas(batchSize, log.partitions())));
  }

  /** Steps of all epochs, when no record is skipped. */
  public long steps(TrainerConfig config) {
    int batch = config.batch().size();
    return (long) config.cadence().numTrainEpochs() * ((places.size() + batch - 1) / batch);
  }

  /** Records of one pass. */
  public int size() {
    return places.size();
  }

  /** Reads every record once, in the order in which they stand. */
  public void forEach(PreferenceLog log, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    places.forEach(place -> each.accept(log.read(place.partition(), place.offset())));
  }

  List<Place> order(TrainerConfig config, long epoch) {
    return config.batch().shuffle() ? EpochOrder.shuffled(places, config.seed(), epoch) : places;
  }
}
