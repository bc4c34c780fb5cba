package io.dpostream.trainer.replay;

import java.util.List;
import java.util.OptionalLong;

/**
 * The result of a replay.
 *
 * @param steps replayed
 * @param hashedStep the last of them whose policy hash the ledger records; the hashes are of it
 * @param recordedSha256 of the policy, by the ledger
 * @param replayedSha256 of the policy, recomputed
 * @param differingStep the first step at which anything recomputed is not as recorded
 * @param environmentDifferences what differs from where the run was trained, one entry a key
 */
public record ReplayResult(
    long steps,
    long hashedStep,
    String recordedSha256,
    String replayedSha256,
    OptionalLong differingStep,
    List<String> environmentDifferences) {
  public ReplayResult {
    environmentDifferences = List.copyOf(environmentDifferences);
  }

  /** Whether every recomputed digest and hash equals the recorded one. */
  public boolean identical() {
    return differingStep.isEmpty() && recordedSha256.equals(replayedSha256);
  }
}
