package io.dpostream.trainer.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.schemas.Environment;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import io.dpostream.storage.PublishSettings;
import io.dpostream.trainer.CanonicalConfig;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.RecordedBatches;
import io.dpostream.trainer.checkpoint.CheckpointStore;
import io.dpostream.trainer.fold.PolicyFold;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.ledger.Ledger;
import io.dpostream.trainer.ledger.LedgerReader;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.ledger.LedgerWitnesses;
import io.dpostream.trainer.ledger.LedgerWitnesses.Witnesses;
import io.dpostream.trainer.ledger.Offsets;
import io.dpostream.trainer.ledger.RunRecords;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains one run: takes it over, brings the learner to the end of the ledger, and continues until
 * the run is complete or someone stops it. Nothing that it does takes effect before its ledger
 * record is committed.
 */
public final class TrainerService implements Service {
  private static final Logger log = LoggerFactory.getLogger(TrainerService.class);

  private final TrainerConfig config;
  private final RunSpec run;
  private final KafkaSettings kafka;
  private final Dependencies dependencies;
  private final Lifecycle lifecycle = new Lifecycle();
  private final Retry publishing = Retry.untilStopped();

  /**
   * The collaborators of a trainer.
   *
   * @param learners creates the learner
   * @param clock timestamps records and measures batch timeouts
   * @param listener follows the run
   * @param advice suggests label smoothing
   * @param failpoints called where a test may kill the trainer
   * @param publishing where versions go
   */
  public record Dependencies(
      LearnerFactory learners,
      InstantSource clock,
      TrainerListener listener,
      LabelSmoothingAdvice advice,
      Failpoints failpoints,
      PublishSettings publishing) {

    /** Dependencies of a trainer that publishes into its own folder. */
    public Dependencies(
        LearnerFactory learners,
        InstantSource clock,
        TrainerListener listener,
        LabelSmoothingAdvice advice,
        Failpoints failpoints) {
      this(learners, clock, listener, advice, failpoints, PublishSettings.defaults());
    }

    /** Dependencies without an adviser, with failpoints from the system property. */
    public static Dependencies of(
        LearnerFactory learners, InstantSource clock, TrainerListener listener) {
      return new Dependencies(
          learners, clock, listener, LabelSmoothingAdvice.none(), Failpoints.fromSystemProperty());
    }

    /** These dependencies with an adviser. */
    public Dependencies withAdvice(LabelSmoothingAdvice other) {
      return new Dependencies(learners, clock, listener, other, failpoints, publishing);
    }

    /** These dependencies with another place for versions. */
    public Dependencies withPublishing(PublishSettings other) {
      return new Dependencies(learners, clock, listener, advice, failpoints, other);
    }
  }

  /** Creates a trainer of a run; nothing happens before {@link #run}. */
  public TrainerService(
      TrainerConfig config, RunSpec run, KafkaSettings kafka, Dependencies dependencies) {
    this.config = config;
    this.run = run;
    this.kafka = kafka;
    this.dependencies = dependencies;
  }

  /**
   * Trains until the run is complete, a stop is requested or the thread is interrupted.
   *
   * @throws io.dpostream.settings.UserException when a newer trainer takes the run over, the
   *     configuration is not the run's, or data is missing
   * @throws io.dpostream.trainer.ledger.LedgerException when the ledger is inconsistent
   */
  @Override
  public void run() {
    lifecycle.run(this::train);
  }

  private void train() {
    try (Admin admin = kafka.admin()) {
      kafka.topics().ensure(admin);
    }
    CheckpointStore checkpoints = CheckpointStore.ofTrainer(run.folder());
    LedgerWitnesses witnesses = new LedgerWitnesses(kafka, Optional.of(checkpoints));
    Witnesses seen = witnesses.see(run.runId());
    RunRecords recorded = new RunRecords();
    try (Ledger ledger =
            Ledger.open(
                kafka,
                run.runId(),
                dependencies.clock(),
                record -> {
                  recorded.add(record);
                  dependencies.listener().history(record);
                });
        RunPreferences data =
            RunPreferences.open(kafka, run, config.batch().size(), ledger.state())) {
      witnesses.require(seen, ledger.state(), recorded);
      train(ledger, data, recorded, checkpoints);
    } catch (StoppedException | InterruptException e) {
      if (!lifecycle.isStopRequested() && !(e instanceof InterruptException)) {
        throw e;
      }
    }
  }

  private void train(
      Ledger ledger, RunPreferences data, RunRecords recorded, CheckpointStore checkpoints) {
    data.check(config);
    TrainerConfig scheduled = data.scheduled(config);
    try {
      if (ledger.state().configuration().isPresent()) {
        ledger.confirmOwnership(); // only the owner may clean up
      }
      checkpoints.deleteUnfinished();
      try (PolicyFold fold = fold(ledger.state(), data, checkpoints)) {
        if (ledger.state().configuration().isEmpty()) {
          begin(ledger, data, fold, scheduled);
        } else {
          resume(ledger, fold, scheduled, recorded.firstConfiguration().orElseThrow());
        }
        // Files of the run are about to be replaced, which only its owner may do.
        ledger.confirmOwnership();
        dependencies.listener().recovered(ledger.state());
        try (VersionPublisher publisher =
            VersionPublisher.open(run, scheduled, kafka, dependencies, ledger, publishing)) {
          new TrainingLoop(
                  run, scheduled, kafka, dependencies, ledger, data, fold, checkpoints, publisher)
              .run(this::isStopRequested);
        }
      }
    } catch (StoppedException | InterruptException | UserException e) {
      throw e;
    } catch (RuntimeException e) {
      throw explained(ledger, e);
    }
  }

  /**
   * Finds out whether a failure only follows from another trainer's having taken the run over,
   * which then cleans up in the folder that both use.
   */
  private static RuntimeException explained(Ledger ledger, RuntimeException failure) {
    try {
      if (ledger.state().configuration().isPresent()) {
        ledger.confirmOwnership();
      }
      return failure;
    } catch (UserException takenOver) {
      takenOver.addSuppressed(failure);
      return takenOver;
    } catch (RuntimeException unknown) {
      failure.addSuppressed(unknown);
      return failure;
    }
  }

  /** Asks the trainer to stop after the present step, with a checkpoint. */
  @Override
  public void requestStop() {
    lifecycle.requestStop();
    publishing.stop();
  }

  @Override
  public boolean awaitStopped(Duration limit) throws InterruptedException {
    return lifecycle.awaitStopped(limit);
  }

  private boolean isStopRequested() {
    if (Thread.interrupted()) {
      requestStop();
    }
    return lifecycle.isStopRequested();
  }

  private PolicyFold fold(LedgerState state, RunPreferences data, CheckpointStore checkpoints) {
    return new PolicyFold(
        dependencies.learners(),
        config,
        run.policy(),
        run.reference(),
        new RecordedBatches(
            data.preferences(), kafka.decoder(kafka.topics().preferences()), run.runId()),
        Recovery.strict(run.runId()),
        Recovery.newestIntact(state, checkpoints));
  }

  private void begin(Ledger ledger, RunPreferences data, PolicyFold fold, TrainerConfig scheduled) {
    CanonicalConfig canonical = CanonicalConfig.of(scheduled);
    Learner learner = fold.open(canonical);
    RunConfigured configured =
        RunConfigured.newBuilder()
            .setConfig(canonical.text())
            .setConfigSha256(canonical.sha256())
            .setFormatVersion(CanonicalConfig.FORMAT)
            .setReferenceSha256(learner.referenceSha256())
            .setReferenceUri(run.reference().toString())
            .setInitialSha256(learner.policySha256())
            .setInitialUri(run.policy().toString())
            .setPartitions(data.preferences().partitions())
            .setStartOffsets(data.from().toAvro())
            .setEndOffsets(data.to().map(Offsets::toAvro).orElse(List.of()))
            .setPreferencesTopic(data.topic())
            .setEnvironment(learner.environment())
            .build();
    record(ledger, fold, configured);
  }

  /**
   * Brings the fold to the end of the ledger.
   *
   * @param begun the run's first configuration, whose defaults stay the run's
   */
  private void resume(
      Ledger ledger, PolicyFold fold, TrainerConfig scheduled, RunConfigured begun) {
    RunConfigured recorded = ledger.state().requireConfiguration();
    CanonicalConfig wanted = CanonicalConfig.of(scheduled);
    CanonicalConfig canonical = wanted.continuing(begun);
    tellKept(wanted, canonical);
    Learner first = fold.open(CanonicalConfig.recorded(recorded));
    List<String> differences = Recovery.differences(recorded, canonical, first);
    if (!run.acceptConfig()) {
      Recovery.refuse(run.runId(), differences);
    }
    Environment environment = first.environment();
    new LedgerReader(kafka).read(run.runId(), record -> addUnlessStopped(fold, record));
    if (!differences.isEmpty()) {
      RunConfigured accepted =
          RunConfigured.newBuilder(recorded)
              .setConfig(canonical.text())
              .setConfigSha256(canonical.sha256())
              .setFormatVersion(CanonicalConfig.FORMAT)
              .setEnvironment(environment)
              .build();
      record(ledger, fold, accepted);
    }
  }

  private void tellKept(CanonicalConfig wanted, CanonicalConfig continued) {
    continued
        .values()
        .forEach(
            (key, value) -> {
              if (!value.equals(wanted.values().get(key))) {
                log.info(
                    "run {} keeps trainer.{}: {}, the default when it began; set another value to"
                        + " change it",
                    run.runId(),
                    key,
                    value);
              }
            });
  }

  private void record(Ledger ledger, PolicyFold fold, RunConfigured configured) {
    TrainingStep record = ledger.append(configured);
    fold.add(record);
    dependencies.listener().recorded(record);
  }

  private void addUnlessStopped(PolicyFold fold, TrainingStep record) {
    if (lifecycle.isStopRequested()) {
      throw new StoppedException();
    }
    fold.add(record);
  }

  /** Ends a recovery that was stopped; the ledger is unchanged. */
  private static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
