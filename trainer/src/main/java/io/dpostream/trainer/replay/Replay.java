package io.dpostream.trainer.replay;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.PreferenceLog;
import io.dpostream.trainer.batch.RecordedBatches;
import io.dpostream.trainer.checkpoint.CheckpointStore;
import io.dpostream.trainer.fold.PolicyFold;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.ledger.LedgerReader;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.ledger.LedgerWitnesses;
import io.dpostream.trainer.ledger.RunRecords;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Recomputes a run's weights from the folders that it began with, its preferences and its ledger,
 * without restoring a checkpoint, and compares every step's digest and every recorded hash. Nothing
 * is written.
 */
public final class Replay {
  private final KafkaSettings kafka;
  private final LearnerFactory learners;
  private final Optional<Path> policy;
  private final Optional<Path> reference;
  private final Optional<CheckpointStore> checkpoints;

  /**
   * Creates a replay.
   *
   * @param policy present location of the folder that the policy began from; the recorded one when
   *     absent
   * @param reference present location of the reference that the run began with; the recorded one
   *     when absent
   * @param checkpoints of the run, which a ledger is compared with; absent where they are not on
   *     this machine
   */
  public Replay(
      KafkaSettings kafka,
      LearnerFactory learners,
      Optional<Path> policy,
      Optional<Path> reference,
      Optional<CheckpointStore> checkpoints) {
    this.kafka = kafka;
    this.learners = learners;
    this.policy = policy;
    this.reference = reference;
    this.checkpoints = checkpoints;
  }

  /**
   * Replays a run.
   *
   * @param toStep the last step to replay; all of them when absent
   * @throws UserException when there is no such run or step, data is missing, no hash is recorded,
   *     or the ledger has lost its last records
   * @throws io.dpostream.trainer.ledger.LedgerException when the ledger has lost a record
   */
  public ReplayResult run(String runId, OptionalLong toStep) {
    LedgerReader reader = new LedgerReader(kafka);
    LedgerWitnesses witnesses = new LedgerWitnesses(kafka, checkpoints);
    LedgerWitnesses.Witnesses seen = witnesses.see(runId);
    RunRecords recorded = new RunRecords();
    LedgerState end = reader.read(runId, recorded::add);
    RunConfigured configured =
        end.configuration()
            .orElseThrow(() -> new UserException("run.id: no run '" + runId + "' in the ledger"));
    witnesses.require(seen, end, recorded);
    long last = toStep.orElse(end.step());
    if (last < 0 || last > end.step()) {
      throw new UserException(
          "--to-step: %d is not a step of run %s, which has %d".formatted(last, runId, end.step()));
    }
    Until until = new Until(last);
    ReplayComparison comparison = new ReplayComparison(configured.getEnvironment());
    try (PreferenceLog preferences =
            new PreferenceLog(kafka, configured.getPreferencesTopic(), "replay-" + runId);
        PolicyFold fold = fold(runId, configured, preferences, comparison)) {
      reader.read(
          runId,
          record -> {
            if (until.includes(record)) {
              fold.add(record);
            }
          });
    }
    return comparison.result(last);
  }

  private PolicyFold fold(
      String runId,
      RunConfigured configured,
      PreferenceLog preferences,
      ReplayComparison comparison) {
    return new PolicyFold(
        learners,
        TrainerConfig.defaults(),
        policy.orElseGet(() -> Path.of(configured.getInitialUri())),
        reference.orElseGet(() -> Path.of(configured.getReferenceUri())),
        new RecordedBatches(preferences, kafka.decoder(kafka.topics().preferences()), runId),
        comparison,
        Optional.empty());
  }

  /** Accepts records up to the end of the last step to replay. */
  private static final class Until {
    private final long last;
    private boolean over;

    Until(long last) {
      this.last = last;
    }

    boolean includes(TrainingStep record) {
      over |= record.getEvent() instanceof StepTaken taken && taken.getStep() > last;
      return !over;
    }
  }
}
