package io.dpostream.sampler.versions;

import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Chooses the version of a run that should sample: the newest published one that is still there and
 * could be loaded. Not thread-safe.
 */
final class VersionChoice {
  private final TreeMap<Long, PolicyVersion> versions = new TreeMap<>();
  private final Set<Long> refused = new HashSet<>();

  /**
   * Takes in a record. A version's last record counts, and gives a refused version another chance.
   */
  void read(PolicyVersion record) {
    versions.put(record.getVersion(), record);
    refused.remove(record.getVersion());
  }

  /** Forgets a version whose record was deleted from the topic. */
  void delete(long version) {
    versions.remove(version);
    refused.remove(version);
  }

  /** Excludes a version that cannot be loaded. */
  void refuse(long version) {
    refused.add(version);
  }

  /** The version that should sample, if there is any. */
  Optional<PolicyVersion> best() {
    return versions.descendingMap().values().stream()
        .filter(v -> v.getStatus() == VersionStatus.PUBLISHED && v.getRemovedAt().isEmpty())
        .filter(v -> !refused.contains(v.getVersion()))
        .findFirst();
  }
}
