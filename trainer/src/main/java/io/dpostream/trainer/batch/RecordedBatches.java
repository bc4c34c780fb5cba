package io.dpostream.trainer.batch;

import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.SkippedKind;
import io.dpostream.schemas.StepTaken;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.batch.EpochOrder.Place;
import io.dpostream.trainer.learner.TrainingPair;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Rereads the batches of recorded steps. Not thread-safe. */
public final class RecordedBatches {
  private final PreferenceLog preferences;
  private final RecordDecoder<Preference> decoder;
  private final String runId;

  /** Reads a run's batches from a log, which others may use between two calls. */
  public RecordedBatches(
      PreferenceLog preferences, RecordDecoder<Preference> decoder, String runId) {
    this.preferences = preferences;
    this.decoder = decoder;
    this.runId = runId;
  }

  /**
   * The input of a recorded step.
   *
   * @param pairs that the learner saw, in its order; empty when every record was skipped
   * @param sha256 over the bytes of all records, as in {@link StepPlan}
   */
  public record RecordedBatch(List<TrainingPair> pairs, String sha256) {
    public RecordedBatch {
      pairs = List.copyOf(pairs);
    }
  }

  /**
   * Rereads the input of a step.
   *
   * @throws UserException when the topic has lost records, or one can no longer be decoded
   */
  public RecordedBatch read(StepTaken step) {
    Set<Place> unseen = new HashSet<>();
    for (Skipped skipped : step.getSkipped()) {
      if (SkippedRecords.kind(skipped) != SkippedKind.NOT_FINITE) {
        unseen.add(new Place(skipped.getPartition(), skipped.getOffset()));
      }
    }
    StepPlanBuilder plan = new StepPlanBuilder();
    for (OffsetRange range : step.getRanges()) {
      preferences.forEach(
          range,
          record -> {
            boolean seen = !unseen.contains(new Place(record.partition(), record.offset()));
            plan.add(
                record,
                record.offset(),
                seen
                    ? new ScreeningResult.Usable(usedPair(record))
                    : new ScreeningResult.Ignored(new Skipped()));
          });
    }
    int expected = step.getPairs() + step.getSkipped().size();
    int found = plan.pairs() + plan.skipped();
    if (found != expected) {
      throw new UserException(
          "step %d: its ranges %s hold %d records where it read %d; the topic has lost or gained records from offset %d on"
              .formatted(
                  step.getStep(),
                  show(step.getRanges()),
                  found,
                  expected,
                  step.getRanges().get(0).getFrom()));
    }
    StepPlan read = plan.build(step.getPartial());
    return new RecordedBatch(read.pairs(), read.sha256());
  }

  private TrainingPair usedPair(ConsumerRecord<byte[], byte[]> record) {
    if (decoder.decode(record) instanceof Decoded.Value<Preference> value) {
      return PreferenceScreener.pair(record, value.value(), runId);
    }
    throw new UserException(
        "%s-%d: the record at offset %d was trained on but can no longer be decoded"
            .formatted(record.topic(), record.partition(), record.offset()));
  }

  private static String show(List<OffsetRange> ranges) {
    return String.join(
        ", ",
        ranges.stream()
            .map(r -> "%d:[%d, %d)".formatted(r.getPartition(), r.getFrom(), r.getTo()))
            .toList());
  }
}
