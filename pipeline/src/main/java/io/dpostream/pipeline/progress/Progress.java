package io.dpostream.pipeline.progress;

import io.dpostream.schemas.OutcomeKind;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A run at one moment, as its topics tell it.
 *
 * @param step the last optimizer step; 0 before the first
 * @param loss of that step, NaN before the first
 * @param margin mean of reward(chosen) - reward(rejected) in that step
 * @param accuracy share of that step's pairs with a positive margin
 * @param sampled completion pairs; always the sum of outcomes and waiting
 * @param waiting pairs without an outcome
 * @param unmatched outcomes whose pair was not seen (yet)
 * @param outcomes pairs by how they ended
 * @param judgments votes
 * @param preferences what the trainer can learn from
 * @param published versions after the reference
 * @param version the newest published one; absent until the reference is published
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

  /** Pairs with an outcome. */
  public long decided() {
    return sampled - waiting;
  }

  /**
   * A published version.
   *
   * @param uri its folder
   * @param step optimizer steps inside
   */
  public record Version(long number, String uri, String sha256, String referenceSha256, long step) {

    /** The folder, which must be on this machine's file system. */
    public Path folder() {
      return uri.startsWith("file:") ? Path.of(URI.create(uri)) : Path.of(uri);
    }
  }
}
