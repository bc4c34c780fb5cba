package io.dpostream.trainer.replay;

import java.util.List;
import java.util.OptionalLong;

/**
 * What came out of a replay.
 *
 * @param steps replayed
 * @param hashedStep the last of them whose policy hash the ledger records; the hashes are of it
 * @param recordedSha256 of the policy, by the ledger
 * @param replayedSha256 of the policy, computed again
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

  /** Whether every digest and hash was computed again as it is recorded. */
  public boolean identical() {
    return differingStep.isEmpty() && recordedSha256.equals(replayedSha256);
  }
}
