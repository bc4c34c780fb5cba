package io.dpostream.trainer.batch;

import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.Skipped;
import io.dpostream.trainer.learner.TrainingPair;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Collects records for a step, in the order in which the step uses them. */
final class StepPlanBuilder {
  private final List<OffsetRange> ranges = new ArrayList<>();
  private final List<TrainingPair> pairs = new ArrayList<>();
  private final List<Skipped> skipped = new ArrayList<>();
  private final List<ScreeningResult.DeadLettered> deadLettered = new ArrayList<>();
  private final RecordsDigest digest = new RecordsDigest();

  /**
   * Adds a record.
   *
   * @param from where its range begins: its own offset, or an earlier one from which on there are
   *     no committed records
   */
  void add(ConsumerRecord<byte[], byte[]> record, long from, ScreeningResult screened) {
    extend(record.partition(), from, record.offset() + 1);
    digest.add(record);
    if (screened instanceof ScreeningResult.Usable usable) {
      pairs.add(usable.pair());
    } else if (screened instanceof ScreeningResult.Ignored passed) {
      skipped.add(passed.skipped());
    } else if (screened instanceof ScreeningResult.DeadLettered found) {
      skipped.add(found.skipped());
      deadLettered.add(found);
    }
  }

  /** Pairs to train on so far. */
  int pairs() {
    return pairs.size();
  }

  /** Records left out so far. */
  int skipped() {
    return skipped.size();
  }

  StepPlan build(boolean partial) {
    return new StepPlan(ranges, pairs, skipped, deadLettered, digest.hex(), partial);
  }

  private void extend(int partition, long from, long to) {
    int last = ranges.size() - 1;
    if (last >= 0
        && ranges.get(last).getPartition() == partition
        && ranges.get(last).getTo() == from) {
      ranges.set(last, new OffsetRange(partition, ranges.get(last).getFrom(), to));
    } else {
      ranges.add(new OffsetRange(partition, from, to));
    }
  }
}
