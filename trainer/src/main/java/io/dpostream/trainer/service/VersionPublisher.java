package io.dpostream.trainer.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.settings.UserException;
import io.dpostream.storage.StoreUnavailableException;
import io.dpostream.storage.VersionName;
import io.dpostream.storage.VersionStore;
import io.dpostream.storage.VersionStores;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.ledger.Ledger;
import io.dpostream.trainer.ledger.LedgerState;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Publishes policy versions: the files become durable first, then one transaction announces them to
 * the samplers and the ledger. Version 0 is the policy before step 1; where samplers share folders
 * with the trainer, it is the folder that the run began with. A store that is out of reach is
 * waited for. Afterwards, old versions are removed by the configured rule.
 */
final class VersionPublisher implements AutoCloseable {
  private final VersionStore store;
  private final boolean firstTravels;
  private final VersionRetention retention;
  private final Topics topics;
  private final InstantSource clock;
  private final Failpoints failpoints;
  private final Retry retry;

  private VersionPublisher(
      VersionStore store,
      boolean firstTravels,
      VersionRetention retention,
      Topics topics,
      TrainerService.Dependencies dependencies,
      Retry retry) {
    this.store = store;
    this.firstTravels = firstTravels;
    this.retention = retention;
    this.topics = topics;
    this.clock = dependencies.clock();
    this.failpoints = dependencies.failpoints();
    this.retry = retry;
  }

  /**
   * Opens the configured store. Only the run's owner may.
   *
   * @param retry repeats while the store is out of reach
   * @throws io.dpostream.settings.UserException when nothing can be published there
   * @throws InterruptException when stopped while the store is out of reach
   */
  static VersionPublisher open(
      RunSpec run,
      TrainerConfig config,
      KafkaSettings kafka,
      TrainerService.Dependencies dependencies,
      Ledger ledger,
      Retry retry) {
    VersionStore store = VersionStores.open(dependencies.publishing(), run.runId(), run.folder());
    VersionPublisher publisher =
        new VersionPublisher(
            store,
            // Adapters need the folder that they belong to, and that is version 0.
            store.takesTheFirst() && !config.lora().publishAdaptersAlone(),
            VersionRetention.of(dependencies.publishing(), kafka, run.runId(), store),
            kafka.topics(),
            dependencies,
            retry);
    try {
      publisher.patiently(
          () -> {
            store.open(ledger.state().publishedVersion());
            return true;
          });
      return publisher;
    } catch (RuntimeException e) {
      publisher.close();
      throw e;
    }
  }

  /**
   * Publishes the learner's policy as the next version.
   *
   * @throws InterruptException when stopped while the store is out of reach
   */
  TrainingStep publish(Ledger ledger, Learner learner) {
    LedgerState state = ledger.state();
    long version = state.publishedVersion() + 1;
    String sha256 = learner.policySha256();
    String uri =
        state.step() == 0 && !firstTravels
            ? state.requireConfiguration().getInitialUri()
            : put(state, VersionName.of(version, sha256), learner);
    failpoints.reached(Failpoint.AFTER_RENAME_BEFORE_PUBLICATION);
    PolicyVersion announced = announcement(state, version, uri, sha256);
    ProducerRecord<byte[], byte[]> announcement = encode(ledger, announced);
    TrainingStep record =
        ledger.append(
            new VersionPublished(version, state.step(), uri, sha256),
            List.of(announcement),
            () -> failpoints.reached(Failpoint.DURING_PUBLICATION));
    retention.removeOld(ledger, announced, clock.instant(), removed -> encode(ledger, removed));
    return record;
  }

  private ProducerRecord<byte[], byte[]> encode(Ledger ledger, PolicyVersion version) {
    return ledger.encode(
        topics.policyVersions(), version.getRunId() + "/" + version.getVersion(), version);
  }

  /** Nothing has shown yet that the first version can be written, so settings may be wrong. */
  private String put(LedgerState state, VersionName name, Learner learner) {
    return patiently(
        () -> {
          try {
            return store.put(name, learner::writePolicy);
          } catch (StoreUnavailableException e) {
            if (e.isLasting() && state.version().isEmpty()) {
              throw new UserException("publish.to: " + e.getMessage(), e);
            }
            throw e;
          }
        });
  }

  /** Waits, and tries again, while the store is out of reach. */
  private <T> T patiently(Supplier<T> action) {
    return retry.call(
        "nothing can be published now", StoreUnavailableException.class::isInstance, action);
  }

  private PolicyVersion announcement(LedgerState state, long version, String uri, String sha256) {
    RunConfigured configuration = state.requireConfiguration();
    PolicyVersion.Builder announcement =
        PolicyVersion.newBuilder()
            .setRunId(state.runId())
            .setVersion(version)
            .setUri(uri)
            .setSha256(sha256)
            .setReferenceSha256(
                version == 0 ? configuration.getReferenceSha256() : state.referenceSha256())
            .setStep(state.step())
            .setNextOffsets(state.progress().next().toAvro())
            .setStatus(VersionStatus.PUBLISHED)
            .setPublishedAt(clock.instant());
    // Not the number before this one, where the records of versions in between were lost.
    state.version().map(VersionPublished::getVersion).ifPresent(announcement::setParent);
    return announcement.build();
  }

  @Override
  public void close() {
    retention.close();
    store.close();
  }
}
