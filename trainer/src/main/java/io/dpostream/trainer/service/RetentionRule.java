package io.dpostream.trainer.service;

import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides which versions nothing needs any more. Kept are the newest published ones, to which
 * samplers may be rolled back; what the newest was trained from; candidates that nobody has decided
 * on; versions whose pairs are still on their way through judging and training; those that are
 * pinned; and version 0.
 *
 * @param keep newest published versions to keep
 * @param pinned numbers of versions that are never removed
 */
record RetentionRule(int keep, Set<Long> pinned) {
  RetentionRule {
    pinned = Set.copyOf(pinned);
  }

  /**
   * Returns the versions to remove, oldest first.
   *
   * @param versions the last record of each version of the run
   * @param onTheirWay numbers of the versions of pairs without an outcome, and of preferences that
   *     are not trained yet
   */
  List<PolicyVersion> removable(Collection<PolicyVersion> versions, Set<Long> onTheirWay) {
    List<PolicyVersion> newest =
        versions.stream()
            .filter(v -> v.getStatus() == VersionStatus.PUBLISHED && v.getRemovedAt().isEmpty())
            .sorted(Comparator.comparing(PolicyVersion::getVersion).reversed())
            .limit(keep)
            .toList();
    if (newest.size() < keep) {
      return List.of();
    }
    Set<Long> needed = new HashSet<>(pinned);
    needed.addAll(onTheirWay);
    needed.add(0L);
    newest.get(0).getParent().ifPresent(needed::add);
    long oldestKept = newest.get(newest.size() - 1).getVersion();
    return versions.stream()
        .filter(v -> v.getVersion() < oldestKept && !needed.contains(v.getVersion()))
        .filter(v -> v.getStatus() != VersionStatus.CANDIDATE && v.getRemovedAt().isEmpty())
        .sorted(Comparator.comparing(PolicyVersion::getVersion))
        .toList();
  }
}
