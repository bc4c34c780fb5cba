package io.dpostream.trainer.batch;

import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.SkippedKind;
import io.dpostream.trainer.learner.TrainingPair;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Creates and interprets the ledger's entries for records that a step did not use. */
public final class SkippedRecords {
  /**
   * Prefix of the reason for a pair whose whole step was not applied. Release 0.1 recorded no kind,
   * so this prefix alone distinguishes those pairs from the ones that the learner never saw.
   */
  private static final String NOT_APPLIED = "step not applied: ";

  private SkippedRecords() {}

  /**
   * Why a record was not used. In release 0.1's entries, {@link SkippedKind#NOT_FINITE} is
   * recognized by the reason; all others stay {@link SkippedKind#UNSPECIFIED}.
   */
  public static SkippedKind kind(Skipped skipped) {
    SkippedKind kind = skipped.getKind();
    return kind == SkippedKind.UNSPECIFIED && skipped.getReason().startsWith(NOT_APPLIED)
        ? SkippedKind.NOT_FINITE
        : kind;
  }

  /** Creates the entry for a pair whose step was not applied. */
  public static Skipped notFinite(TrainingPair pair, String reason) {
    return Skipped.newBuilder()
        .setPartition(pair.partition())
        .setOffset(pair.offset())
        .setPairId(pair.pairId())
        .setReason(NOT_APPLIED + reason)
        .setKind(SkippedKind.NOT_FINITE)
        .build();
  }

  /** Creates the entry for a record that the learner never sees. */
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
