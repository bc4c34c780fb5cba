package io.dpostream.trainer.checkpoint;

import io.dpostream.schemas.RunConfigured;
import io.dpostream.trainer.ledger.LedgerState;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Describes a checkpoint: its run and step, how far it has read the data, and the hash of every
 * file. Stored beside the weights as {@code checkpoint.json}.
 *
 * @param runId the run
 * @param step the last step that it includes
 * @param nextOffsets of preferences by partition; it includes everything before them
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

  /** Describes the present state of a ledger, with no files yet. */
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

  /** This manifest with the hashes of the folder's files. */
  CheckpointManifest with(SortedMap<String, String> found) {
    return new CheckpointManifest(
        runId, step, nextOffsets, policySha256, referenceSha256, configSha256, found);
  }
}
