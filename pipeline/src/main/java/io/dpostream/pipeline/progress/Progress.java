package io.dpostream.pipeline.progress;

import io.dpostream.schemas.OutcomeKind;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a run at one moment, as counted from its topics.
 *
 * @param step the last optimizer step; 0 before the first
 * @param loss loss of that step, NaN before the first
 * @param margin mean of reward(chosen) - reward(rejected) in that step
 * @param accuracy share of that step's pairs with a positive margin
 * @param sampled completion pairs; always the sum of outcomes and waiting
 * @param waiting pairs without an outcome
 * @param unmatched outcomes whose pair has not been seen yet
 * @param outcomes number of pairs by how they ended
 * @param judgments number of votes
 * @param preferences number of preferences that the trainer can learn from
 * @param published number of versions after version 0, the first policy
 * @param version the newest published version; absent until version 0 is published
 */
public record Progress(
    long step,
    double loss,
    double margin,
    double accuracy,
    long sampled,
    long waiting,
    long unmatched,
    Map<OutcomeKind, Long> outcomes,
    long judgments,
    long preferences,
    long published,
    Optional<Version> version) {

  public Progress {
    outcomes = Map.copyOf(outcomes);
  }

  /** Number of pairs with an outcome. */
  public long decided() {
    return sampled - waiting;
  }

  /**
   * A published version.
   *
   * @param uri its folder, or where it lies in an object store
   * @param step number of optimizer steps that it contains
   */
  public record Version(
      long number, String uri, String sha256, String referenceSha256, long step) {}
}
