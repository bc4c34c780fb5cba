package io.dpostream.trainer.service;

import io.dpostream.kafka.Topics;
import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.ledger.Ledger;
import io.dpostream.trainer.ledger.LedgerState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Publishes policy versions: the folder becomes durable first, then one transaction announces it to
 * the samplers and the ledger. Version 0 is the policy before step 1, published from the folder
 * that the run began with.
 */
final class VersionPublisher {
  private final Path root;
  private final Topics topics;
  private final InstantSource clock;
  private final Failpoints failpoints;

  VersionPublisher(Path root, Topics topics, InstantSource clock, Failpoints failpoints) {
    this.root = root;
    this.topics = topics;
    this.clock = clock;
    this.failpoints = failpoints;
  }

  /** Publishes the learner's policy as the next version. */
  TrainingStep publish(Ledger ledger, Learner learner) {
    LedgerState state = ledger.state();
    long version = state.publishedVersion() + 1;
    String sha256 = learner.policySha256();
    String uri =
        state.step() == 0
            ? state.requireConfiguration().getInitialUri()
            : write(learner, version, sha256).toString();
    failpoints.reached(Failpoint.AFTER_RENAME_BEFORE_PUBLICATION);
    ProducerRecord<byte[], byte[]> announcement =
        ledger.encode(
            topics.policyVersions(),
            state.runId() + "/" + version,
            announcement(state, version, uri, sha256));
    return ledger.append(
        new VersionPublished(version, state.step(), uri, sha256),
        List.of(announcement),
        () -> failpoints.reached(Failpoint.DURING_PUBLICATION));
  }

  /** The folder of a version; one that an earlier owner left behind is identical and is reused. */
  private Path write(Learner learner, long version, String sha256) {
    Path folder = root.resolve("version-%06d-%s".formatted(version, sha256.substring(0, 16)));
    try {
      if (!Files.exists(folder)) {
        AtomicFolder.create(folder, learner::writePolicy);
      }
      return folder;
    } catch (FileSystemException e) {
      if (Files.exists(folder)) {
        return folder;
      }
      throw new UncheckedIOException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
}
