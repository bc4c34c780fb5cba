package io.dpostream.sampler.versions;

import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which version of a run should sample: the newest one that is published and could be loaded. Not
 * thread-safe.
 */
final class VersionChoice {
  private final TreeMap<Long, PolicyVersion> versions = new TreeMap<>();
  private final Set<Long> refused = new HashSet<>();

  /** A record was read. The last one of a version counts, and gives a refused one a new chance. */
  void read(PolicyVersion record) {
    versions.put(record.getVersion(), record);
    refused.remove(record.getVersion());
  }

  /** The version's record was deleted from the topic. */
  void delete(long version) {
    versions.remove(version);
    refused.remove(version);
  }

  /** The version cannot be loaded. */
  void refuse(long version) {
    refused.add(version);
  }

  /** The version that should sample, if there is any. */
  Optional<PolicyVersion> best() {
    return versions.descendingMap().values().stream()
        .filter(v -> v.getStatus() == VersionStatus.PUBLISHED)
        .filter(v -> !refused.contains(v.getVersion()))
        .findFirst();
  }
}
