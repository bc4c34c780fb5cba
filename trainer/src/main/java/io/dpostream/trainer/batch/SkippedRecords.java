package io.dpostream.trainer.batch;

import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.SkippedKind;
import io.dpostream.trainer.learner.TrainingPair;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Makes and reads what a ledger says of a record that its step did not use. */
public final class SkippedRecords {
  /**
   * Begins the reason of a pair whose whole step was not applied. Release 0.1 recorded no kind;
   * this is all that tells those pairs from the ones that the learner never saw.
   */
  private static final String NOT_APPLIED = "step not applied: ";

  private SkippedRecords() {}

  /**
   * Why a record was not used. Of release 0.1's records, {@link SkippedKind#NOT_FINITE} is told by
   * the reason; the others stay {@link SkippedKind#UNSPECIFIED}.
   */
  public static SkippedKind kind(Skipped skipped) {
    SkippedKind kind = skipped.getKind();
    return kind == SkippedKind.UNSPECIFIED && skipped.getReason().startsWith(NOT_APPLIED)
        ? SkippedKind.NOT_FINITE
        : kind;
  }

  /** A pair in the batch of a step that was not applied. */
  public static Skipped notFinite(TrainingPair pair, String reason) {
    return Skipped.newBuilder()
        .setPartition(pair.partition())
        .setOffset(pair.offset())
        .setPairId(pair.pairId())
        .setReason(NOT_APPLIED + reason)
        .setKind(SkippedKind.NOT_FINITE)
        .build();
  }

  /** A record that no learner sees. */
  static Skipped unseen(
      ConsumerRecord<byte[], byte[]> source,
      Optional<String> pairId,
      SkippedKind kind,
      String reason) {
    Skipped.Builder skipped =
        Skipped.newBuilder()
            .setPartition(source.partition())
            .setOffset(source.offset())
            .setReason(reason)
            .setKind(kind);
    pairId.ifPresent(skipped::setPairId);
    return skipped.build();
  }
}
