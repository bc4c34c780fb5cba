package io.dpostream.trainer.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import io.dpostream.storage.PublishSettings;
import io.dpostream.storage.StoreUnavailableException;
import io.dpostream.storage.VersionName;
import io.dpostream.storage.VersionStore;
import io.dpostream.trainer.ledger.Ledger;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes old versions from the store. Their records say so first, so that nobody looks for what is
 * about to go; a trainer that dies in between leaves files that the next one deletes. What cannot
 * be removed now is removed after a later publication. Without a rule nothing is read or removed.
 */
final class VersionRetention implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(VersionRetention.class);

  private final RetentionRule rule;
  private final VersionStore store;
  private final Optional<VersionsInUse> inUse;

  VersionRetention(RetentionRule rule, VersionStore store, Optional<VersionsInUse> inUse) {
    this.rule = rule;
    this.store = store;
    this.inUse = inUse;
  }

  /** Begins to follow the run's topics, if there is a rule. */
  static VersionRetention of(
      PublishSettings settings, KafkaSettings kafka, String runId, VersionStore store) {
    RetentionRule rule =
        new RetentionRule(settings.keepVersions(), Set.copyOf(settings.pinnedVersions()));
    Optional<VersionsInUse> inUse =
        rule.keep() > 0 ? Optional.of(new VersionsInUse(runId, kafka)) : Optional.empty();
    inUse.ifPresent(VersionsInUse::start);
    return new VersionRetention(rule, store, inUse);
  }

  /**
   * Removes what the rule lets go.
   *
   * @param newest the version that has just been published
   * @param encode makes a record for {@code policy-versions}
   */
  void removeOld(
      Ledger ledger,
      PolicyVersion newest,
      Instant now,
      Function<PolicyVersion, ProducerRecord<byte[], byte[]>> encode) {
    if (inUse.isEmpty()) {
      return;
    }
    inUse.get().add(newest);
    if (!knowsEverything(inUse.get())) {
      return;
    }
    try {
      removeOld(inUse.get(), ledger, now, encode);
    } catch (StoreUnavailableException | UncheckedIOException e) {
      log.warn("old versions are removed later: {}", e.getMessage());
    }
  }

  /** A trainer that may not read who uses what trains on, and keeps everything. */
  private static boolean knowsEverything(VersionsInUse inUse) {
    try {
      return inUse.isCaughtUp();
    } catch (KafkaException | UserException e) {
      log.warn("no version is removed, as it is not known which are in use: {}", e.getMessage());
      return false;
    }
  }

  private void removeOld(
      VersionsInUse known,
      Ledger ledger,
      Instant now,
      Function<PolicyVersion, ProducerRecord<byte[], byte[]>> encode) {
    Set<VersionName> here = store.list();
    List<PolicyVersion> removed =
        rule
            .removable(known.versions(), known.onTheirWay(ledger.state().progress().next()))
            .stream()
            .filter(version -> here.contains(name(version)))
            .map(version -> PolicyVersion.newBuilder(version).setRemovedAt(now).build())
            .toList();
    if (!removed.isEmpty()) {
      ledger.commit(removed.stream().map(encode).toList());
      removed.forEach(known::add);
    }
    Map<VersionName, PolicyVersion> gone = new HashMap<>();
    for (PolicyVersion version : known.versions()) {
      if (version.getRemovedAt().isPresent() && here.contains(name(version))) {
        gone.put(name(version), version);
      }
    }
    if (!gone.isEmpty() && (!removed.isEmpty() || isOwner(ledger))) {
      gone.forEach(this::remove);
    }
  }

  /** Only the owner may delete what a former one left; a broker that is away is asked later. */
  private static boolean isOwner(Ledger ledger) {
    try {
      ledger.confirmOwnership();
      return true;
    } catch (RetriableException e) {
      log.warn("old versions are removed later: {}", e.getMessage());
      return false;
    }
  }

  private void remove(VersionName name, PolicyVersion version) {
    try {
      store.remove(name);
      log.info(
          "removed version {} of run {}, which nothing needs any more",
          version.getVersion(),
          version.getRunId());
    } catch (UserException e) {
      log.warn("version {} is removed later: {}", version.getVersion(), e.getMessage());
    }
  }

  private static VersionName name(PolicyVersion version) {
    return VersionName.of(version.getVersion(), version.getSha256());
  }

  @Override
  public void close() {
    inUse.ifPresent(VersionsInUse::close);
  }
}
