package io.dpostream.trainer.checkpoint;

import io.dpostream.schemas.RunConfigured;
import io.dpostream.trainer.ledger.LedgerState;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a checkpoint is a cut of: the place in the data that its weights stand for. Kept beside them
 * as {@code checkpoint.json}.
 *
 * @param runId the run
 * @param step the last step inside
 * @param nextOffsets of preferences by partition: everything before is inside
 * @param policySha256 of the policy
 * @param referenceSha256 of the reference in effect
 * @param configSha256 of the configuration in effect
 * @param files SHA-256 of every other file of the folder, by its name relative to the folder
 */
public record CheckpointManifest(
    String runId,
    long step,
    SortedMap<Integer, Long> nextOffsets,
    String policySha256,
    String referenceSha256,
    String configSha256,
    SortedMap<String, String> files) {
  public CheckpointManifest {
    nextOffsets = Collections.unmodifiableSortedMap(new TreeMap<>(nextOffsets));
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** Where a ledger stands, without files. */
  public static CheckpointManifest of(LedgerState state, String policySha256) {
    RunConfigured configuration = state.requireConfiguration();
    return new CheckpointManifest(
        state.runId(),
        state.step(),
        state.progress().next().next(),
        policySha256,
        state.referenceSha256(),
        configuration.getConfigSha256(),
        new TreeMap<>());
  }

  /** The same cut, with the files that hold it. */
  CheckpointManifest with(SortedMap<String, String> found) {
    return new CheckpointManifest(
        runId, step, nextOffsets, policySha256, referenceSha256, configSha256, found);
  }
}
