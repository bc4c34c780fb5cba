package io.dpostream.trainer.batch;

import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.Skipped;
import io.dpostream.trainer.learner.TrainingPair;
import java.util.List;

/**
 * The records that one step reads, as offset ranges, and what each of them is used for.
 *
 * @param ranges in the order used
 * @param pairs to train on, in the order used; may be empty when all records were skipped
 * @param skipped every other record of the ranges
 * @param deadLettered the skipped records that are dead-lettered
 * @param sha256 over the bytes of all records, as lower-case hex
 * @param partial whether the batch is smaller than configured
 */
public record StepPlan(
    List<OffsetRange> ranges,
    List<TrainingPair> pairs,
    List<Skipped> skipped,
    List<ScreeningResult.DeadLettered> deadLettered,
    String sha256,
    boolean partial) {
  public StepPlan {
    ranges = List.copyOf(ranges);
    pairs = List.copyOf(pairs);
    skipped = List.copyOf(skipped);
    deadLettered = List.copyOf(deadLettered);
  }
}
