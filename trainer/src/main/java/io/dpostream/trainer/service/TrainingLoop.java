package io.dpostream.trainer.service;

import io.dpostream.kafka.DeadLetters;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.schemas.LabelSmoothingSet;
import io.dpostream.schemas.ReferenceRefreshed;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.WorkEvent;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.BatchSource;
import io.dpostream.trainer.batch.PreferenceScreener;
import io.dpostream.trainer.batch.StepPlan;
import io.dpostream.trainer.checkpoint.CheckpointManifest;
import io.dpostream.trainer.checkpoint.CheckpointStore;
import io.dpostream.trainer.fold.PolicyFold;
import io.dpostream.trainer.learner.Learner;
import io.dpostream.trainer.learner.StepResult;
import io.dpostream.trainer.learner.TrainingBatch;
import io.dpostream.trainer.learner.TrainingPair;
import io.dpostream.trainer.ledger.Ledger;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.service.NextAction.Ending;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continues a run from the end of its ledger, one {@link NextAction} after the other. Checkpoints
 * and versions are made in the background while the next step is computed. That step waits for them
 * before it changes a weight or touches the ledger, whose order is that of the actions.
 */
final class TrainingLoop {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainerConfig config;
  private final Path folder;
  private final TrainerService.Dependencies dependencies;
  private final Ledger ledger;
  private final Learner learner;
  private final BatchSource source;
  private final CheckpointStore checkpoints;
  private final VersionPublisher publisher;
  private final DeadLetters deadLetters;
  private final CutWarnings cuts = new CutWarnings();
  private final BackgroundWork keeping = new BackgroundWork("trainer-keeping");

  /** Published before the next step, as far as that is decided. */
  private long version;

  private int nonFiniteSteps;

  TrainingLoop(
      RunSpec run,
      TrainerConfig config,
      KafkaSettings kafka,
      TrainerService.Dependencies dependencies,
      Ledger ledger,
      RunPreferences data,
      PolicyFold fold,
      CheckpointStore checkpoints,
      VersionPublisher publisher) {
    this.config = config;
    this.folder = run.folder();
    this.dependencies = dependencies;
    this.ledger = ledger;
    this.learner = fold.learner();
    this.checkpoints = checkpoints;
    this.publisher = publisher;
    this.deadLetters = new DeadLetters(kafka.topics());
    PreferenceScreener screen =
        new PreferenceScreener(
            kafka.decoder(kafka.topics().preferences()),
            config,
            run.runId(),
            learner::refusal,
            () -> version);
    this.version = ledger.state().publishedVersion();
    this.source = data.source(screen, config, dependencies.clock(), this::scoreAhead);
    if (config.reference().precomputeRefLogProbs()) {
      data.forEachPair(screen, pair -> learner.precompute(List.of(pair)));
    }
  }

  void run(BooleanSupplier stop) {
    try (keeping) {
      trainOrGiveUp(stop);
    }
  }

  /** A version whose store is out of reach must not keep the failure of a step from being seen. */
  private void trainOrGiveUp(BooleanSupplier stop) {
    try {
      train(stop);
    } catch (RuntimeException | Error e) {
      keeping.giveUp();
      throw e;
    }
  }

  private void train(BooleanSupplier stop) {
    Ending ending = Ending.NONE;
    while (true) {
      if (ending == Ending.NONE && stop.getAsBoolean()) {
        ending = Ending.STOPPED;
      }
      ending = NextAction.ending(ledger.state(), config, ending);
      if (ending != Ending.NONE) {
        keeping.await();
      }
      NextAction next = NextAction.after(ledger.state(), config, ending);
      switch (next) {
        case REFRESH_REFERENCE -> refreshReference();
        case SAVE_CHECKPOINT, PUBLISH -> keep(ending);
        case TAKE_STEP, FINISH -> {}
      }
      if (next == NextAction.FINISH) {
        return;
      }
      boolean goesOn = next == NextAction.TAKE_STEP || next.isKeeping() && ending == Ending.NONE;
      if (goesOn && !trainNextBatch(stop) && !stop.getAsBoolean()) {
        ending = Ending.COMPLETE;
      }
    }
  }

  /** Takes a step, unless there is no batch to take it with. */
  private boolean trainNextBatch(BooleanSupplier stop) {
    setLabelSmoothing();
    Optional<StepPlan> plan = nextBatch(stop);
    plan.ifPresent(this::takeStep);
    return plan.isPresent();
  }

  /** Begins to save and publish what is due after the last step. */
  private void keep(Ending ending) {
    if (NextAction.isPublicationDue(ledger.state(), config, ending)) {
      version = ledger.state().publishedVersion() + 1;
    }
    keeping.start(
        () -> {
          NextAction next = NextAction.after(ledger.state(), config, ending);
          while (next.isKeeping()) {
            if (next == NextAction.SAVE_CHECKPOINT) {
              writing("checkpoint", this::saveCheckpoint);
            } else {
              writing("version", this::publish);
            }
            next = NextAction.after(ledger.state(), config, ending);
          }
        });
  }

  /**
   * Checks ownership when a write fails: a trainer that has lost its run should report that
   * instead.
   */
  private void writing(String what, Runnable write) {
    try {
      write.run();
    } catch (UncheckedIOException | CheckpointException e) {
      ledger.confirmOwnership();
      throw new UserException(
          "%s of step %d cannot be written to %s: %s; free space there, or make the folder writable"
              .formatted(what, ledger.state().step(), folder, e.getMessage()),
          e);
    }
  }

  private void publish() {
    try (WorkEvent work =
        WorkEvent.begin("trainer", "publish", ledger.state().publishedVersion() + 1)) {
      dependencies.listener().recorded(publisher.publish(ledger, learner));
    }
  }

  /**
   * Waits while the schema registry is out of reach: records that cannot be decoded for now are
   * neither bad nor lost. Does not wait once the background has failed: without a version, no pair
   * would ever come.
   */
  private Optional<StepPlan> nextBatch(BooleanSupplier stop) {
    BooleanSupplier ends = () -> stop.getAsBoolean() || keeping.hasFailed();
    while (true) {
      try {
        return source.next(ledger.state().progress(), ends);
      } catch (RetriableException e) {
        log.warn("preferences cannot be read now, trying again: {}", e.getMessage());
        if (ends.getAsBoolean()) {
          return Optional.empty();
        }
      }
    }
  }

  /** Computes what a step needs of the reference, while it waits for the rest of its pairs. */
  private void scoreAhead(List<TrainingPair> pairs) {
    try (WorkEvent work = WorkEvent.begin("trainer", "reference", pairs.size())) {
      learner.precompute(pairs);
    }
  }

  private void takeStep(StepPlan plan) {
    try (WorkEvent work = WorkEvent.begin("trainer", "step", ledger.state().step() + 1)) {
      step(plan);
    }
  }

  private void step(StepPlan plan) {
    LedgerState state = ledger.state();
    long started = dependencies.clock().millis();
    long step = state.step() + 1;
    Optional<StepResult> result =
        plan.pairs().isEmpty()
            ? Optional.empty()
            : Optional.of(
                learner.step(
                    new TrainingBatch(step, plan.pairs(), state.labelSmoothing(), version),
                    keeping::await));
    keeping.await();
    long duration = dependencies.clock().millis() - started;
    StepTaken taken = StepRecords.of(step, plan, result, version, duration);
    List<ProducerRecord<byte[], byte[]>> letters =
        plan.deadLettered().stream()
            .map(dead -> deadLetters.record(dead.source(), dead.skipped().getReason()))
            .toList();
    TrainingStep record =
        ledger.append(
            taken,
            letters,
            () -> dependencies.failpoints().reached(Failpoint.BEFORE_LEDGER_COMMIT));
    dependencies.failpoints().reached(Failpoint.AFTER_LEDGER_COMMIT);
    dependencies.listener().recorded(record);
    cuts.tell(taken);
    result
        .flatMap(StepResult::nonFinite)
        .ifPresentOrElse(reason -> countNonFinite(taken, reason), () -> nonFiniteSteps = 0);
  }

  private void countNonFinite(StepTaken taken, String reason) {
    nonFiniteSteps++;
    if (nonFiniteSteps >= config.cadence().maxNonFiniteSteps()) {
      throw new UserException(
          "run %s: %d steps in a row were not finite, the last at step %d (%s; pairs %s); lower trainer.learning_rate, or inspect these pairs"
              .formatted(
                  ledger.state().runId(),
                  nonFiniteSteps,
                  taken.getStep(),
                  reason,
                  StepRecords.pairIds(taken)));
    }
  }

  private void setLabelSmoothing() {
    LedgerState state = ledger.state();
    dependencies
        .advice()
        .current()
        .filter(
            advice -> !state.labelSmoothing().equals(OptionalDouble.of(advice.labelSmoothing())))
        .ifPresent(
            advice -> {
              keeping.await();
              dependencies
                  .listener()
                  .recorded(
                      ledger.append(
                          new LabelSmoothingSet(
                              state.step() + 1, advice.labelSmoothing(), advice.evidence())));
            });
  }

  private void refreshReference() {
    double alpha = config.reference().refModelMixupAlpha();
    String hash = learner.refreshReference(alpha);
    dependencies
        .listener()
        .recorded(ledger.append(new ReferenceRefreshed(ledger.state().step(), alpha, hash)));
  }

  private void saveCheckpoint() {
    try (WorkEvent work = WorkEvent.begin("trainer", "checkpoint", ledger.state().step())) {
      checkpoint();
    }
  }

  private void checkpoint() {
    LedgerState state = ledger.state();
    CheckpointSaved saved =
        checkpoints.save(
            learner,
            CheckpointManifest.of(state, learner.policySha256()),
            () -> dependencies.failpoints().reached(Failpoint.DURING_CHECKPOINT_WRITE));
    dependencies.failpoints().reached(Failpoint.AFTER_CHECKPOINT_RENAME);
    dependencies.listener().recorded(ledger.append(saved));
    List<CheckpointSaved> all = ledger.state().checkpoints();
    int kept = Math.min(all.size(), config.cadence().keepCheckpoints());
    checkpoints.retain(all.subList(all.size() - kept, all.size()), state.step());
  }
}
