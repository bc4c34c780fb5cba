package io.dpostream.trainer.ledger;

import io.dpostream.schemas.LossAccepted;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionPublished;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a run's ledger says beside its steps, collected while it is read. */
public final class RunRecords {
  private final Map<Long, VersionPublished> versions = new TreeMap<>();
  private Optional<RunConfigured> first = Optional.empty();
  private long lastLost = -1;

  /** Takes in the ledger's next record. */
  public void add(TrainingStep record) {
    if (record.getEvent() instanceof RunConfigured configured && first.isEmpty()) {
      first = Optional.of(configured);
    } else if (record.getEvent() instanceof VersionPublished published) {
      versions.put(published.getVersion(), published);
    } else if (record.getEvent() instanceof LossAccepted accepted) {
      lastLost = Math.max(lastLost, accepted.getLastLostVersion());
    }
  }

  /** The configuration that the run began with, if it has begun. */
  public Optional<RunConfigured> firstConfiguration() {
    return first;
  }

  /** The record of a version, if the ledger has it. */
  Optional<VersionPublished> of(long version) {
    return Optional.ofNullable(versions.get(version));
  }

  /** Whether a version's record was lost and somebody has accepted that. */
  boolean isKnownToBeLost(long version) {
    return version <= lastLost && !versions.containsKey(version);
  }
}
