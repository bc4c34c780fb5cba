package io.dpostream.trainer.fold;

import io.dpostream.policy.checkpoint.Folders;
import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.schemas.LabelSmoothingSet;
import io.dpostream.schemas.LossAccepted;
import io.dpostream.schemas.ReferenceRefreshed;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.CanonicalConfig;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.RecordedBatches;
import io.dpostream.trainer.batch.RecordsDigest;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.learner.TrainingBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Brings a learner to the end of a ledger by applying its records in order, starting from the run's
 * first policy or from a checkpoint that one of the records names. Recovery and replay are this
 * same computation. Not thread-safe.
 */
public final class PolicyFold implements AutoCloseable {
  private final LearnerFactory learners;
  private final TrainerConfig rest;
  private final Path policy;
  private final Path reference;
  private final RecordedBatches batches;
  private final Observer observer;
  private Optional<Resume> resume;
  private Optional<Learner> learner = Optional.empty();
  private Optional<CanonicalConfig> config = Optional.empty();
  private boolean begun;
  private long publishedVersion = -1;
  private OptionalDouble labelSmoothing = OptionalDouble.empty();

  /**
   * A checkpoint to begin from.
   *
   * @param saved the record that names it
   * @param folder verified
   */
  public record Resume(CheckpointSaved saved, Path folder) {}

  /** Observes the fold. */
  public interface Observer {
    /** A learner has been opened for a configuration; may refuse it by throwing an exception. */
    default void opened(Learner learner) {}

    /** A policy hash that the ledger records has been recomputed. */
    default void hash(long step, String recorded, String recomputed) {}

    /** Something recomputed is not what the ledger records. */
    void differs(long step, String what, String recorded, String recomputed);
  }

  /**
   * Creates a fold that has applied nothing.
   *
   * @param rest supplies the keys that a recorded configuration leaves out
   * @param policy folder of the run's first policy
   * @param reference folder of the run's first reference
   * @param resume where to begin; the first policy when absent
   */
  public PolicyFold(
      LearnerFactory learners,
      TrainerConfig rest,
      Path policy,
      Path reference,
      RecordedBatches batches,
      Observer observer,
      Optional<Resume> resume) {
    this.learners = learners;
    this.rest = rest;
    this.policy = policy;
    this.reference = reference;
    this.batches = batches;
    this.observer = observer;
    this.resume = resume;
  }

  /** Opens the learner for a configuration before its record is applied. */
  public Learner open(CanonicalConfig recorded) {
    close();
    open(recorded.over(rest));
    config = Optional.of(recorded);
    return learner();
  }

  /** The learner, owned by this fold. */
  public Learner learner() {
    return learner.orElseThrow(() -> new IllegalStateException("no configuration was applied yet"));
  }

  /** The label smoothing that the ledger has set, if it has. */
  public OptionalDouble labelSmoothing() {
    return labelSmoothing;
  }

  /** Applies the next record. */
  public void add(TrainingStep record) {
    Object event = record.getEvent();
    if (event instanceof VersionPublished published) {
      publishedVersion = published.getVersion();
    } else if (event instanceof LossAccepted accepted) {
      publishedVersion = Math.max(publishedVersion, accepted.getLastLostVersion());
    }
    if (event instanceof RunConfigured configured) {
      configure(configured);
    } else if (event instanceof LabelSmoothingSet set) {
      labelSmoothing = OptionalDouble.of(set.getLabelSmoothing());
    } else if (resume.isPresent()) {
      resume.filter(r -> r.saved().equals(event)).ifPresent(this::restore);
    } else if (event instanceof StepTaken step) {
      repeat(step);
    } else if (event instanceof CheckpointSaved saved) {
      compareHash(saved.getStep(), saved.getPolicySha256());
    } else if (event instanceof VersionPublished published) {
      compareHash(published.getStep(), published.getSha256());
    } else if (event instanceof ReferenceRefreshed refreshed) {
      String hash = learner().refreshReference(refreshed.getMixupAlpha());
      compare(refreshed.getAfterStep(), "reference", refreshed.getReferenceSha256(), hash);
    }
  }

  @Override
  public void close() {
    learner.ifPresent(Learner::close);
    learner = Optional.empty();
  }

  private void configure(RunConfigured configured) {
    CanonicalConfig recorded = CanonicalConfig.recorded(configured);
    if (!learner.isPresent() || !config.equals(Optional.of(recorded))) {
      reconfigure(recorded);
    }
    if (!begun) {
      requireStart(
          "reference", reference, configured.getReferenceSha256(), learner().referenceSha256());
      requireStart("policy", policy, configured.getInitialSha256(), learner().policySha256());
      begun = true;
    }
  }

  private void reconfigure(CanonicalConfig recorded) {
    TrainerConfig effective = recorded.over(rest);
    if (begun && resume.isEmpty()) {
      transfer(effective);
    } else {
      close();
      open(effective);
    }
    config = Optional.of(recorded);
  }

  private void open(TrainerConfig effective) {
    Learner opened = learners.open(effective, policy, reference);
    learner = Optional.of(opened);
    observer.opened(opened);
  }

  /** Carries the state over to a learner of another configuration, through a folder. */
  private void transfer(TrainerConfig effective) {
    try {
      Path folder = Files.createTempDirectory("dpo-reconfigure");
      try {
        learner().save(folder);
        close();
        open(effective);
        learner().restore(folder);
      } finally {
        Folders.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void restore(Resume from) {
    learner().restore(from.folder());
    compareHash(from.saved().getStep(), from.saved().getPolicySha256());
    resume = Optional.empty();
  }

  private void repeat(StepTaken step) {
    RecordedBatches.RecordedBatch given = batches.read(step);
    String computed =
        given.pairs().isEmpty()
            ? ""
            : learner()
                .step(
                    new TrainingBatch(
                        step.getStep(), given.pairs(), labelSmoothing, publishedVersion))
                .digest();
    compare(
        step.getStep(), "digest", step.getDigest(), RecordsDigest.ofStep(given.sha256(), computed));
  }

  private void compareHash(long step, String recorded) {
    String hash = learner().policySha256();
    observer.hash(step, recorded, hash);
    compare(step, "policy", recorded, hash);
  }

  private void compare(long step, String what, String recorded, String recomputed) {
    if (!recorded.equals(recomputed)) {
      observer.differs(step, what, recorded, recomputed);
    }
  }

  private static void requireStart(String what, Path folder, String recorded, String found) {
    if (!recorded.equals(found)) {
      throw new UserException(
          "%s: %s has hash %s, the run began with %s; give the folder that it began with"
              .formatted(what, folder, found, recorded));
    }
  }
}
