package io.dpostream.trainer.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.LossAccepted;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.checkpoint.CheckpointStore;
import io.dpostream.trainer.ledger.Ledger;
import io.dpostream.trainer.ledger.LedgerReader;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.ledger.LedgerWitnesses;
import io.dpostream.trainer.ledger.LedgerWitnesses.Findings;
import io.dpostream.trainer.ledger.LedgerWitnesses.Witnesses;
import io.dpostream.trainer.ledger.RunRecords;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Lets a run go on whose ledger has lost its last records. What is lost stays lost: the steps that
 * are left decide, the versions that the lost records published are withdrawn, and their numbers
 * are not given again.
 */
public final class LedgerRepair {
  private final KafkaSettings kafka;
  private final Optional<CheckpointStore> checkpoints;

  /**
   * Creates a repair.
   *
   * @param folder of the trainer, with its checkpoints; absent where it is not on this machine
   */
  public LedgerRepair(KafkaSettings kafka, Optional<Path> folder) {
    this.kafka = kafka;
    this.checkpoints = folder.map(CheckpointStore::ofTrainer);
  }

  /** What contradicts the ledger; changes nothing. */
  public Findings find(String runId) {
    LedgerWitnesses witnesses = new LedgerWitnesses(kafka, checkpoints);
    Witnesses seen = witnesses.see(runId);
    RunRecords recorded = new RunRecords();
    LedgerState state = new LedgerReader(kafka).read(runId, recorded::add);
    return witnesses.find(seen, state, recorded);
  }

  /**
   * Takes the run over from a trainer that may be running and records that the loss is accepted:
   * one transaction withdraws the lost versions and writes the decision down. Lost checkpoints are
   * then renamed.
   *
   * @param by who decided it
   * @param reason why, for whoever reads the ledger
   * @return what was found and is settled now
   * @throws UserException if the ledger has not even a configuration left
   */
  public Findings acceptLoss(String runId, String by, String reason, InstantSource clock) {
    LedgerWitnesses witnesses = new LedgerWitnesses(kafka, checkpoints);
    Witnesses seen = witnesses.see(runId);
    RunRecords recorded = new RunRecords();
    try (Ledger ledger = Ledger.open(kafka, runId, clock, recorded::add)) {
      LedgerState state = ledger.state();
      Findings findings = witnesses.find(seen, state, recorded);
      if (state.configuration().isEmpty()) {
        throw new UserException(
            "run %s: nothing is left of the ledger; start a run under another run.id"
                .formatted(runId));
      }
      if (!findings.isEmpty()) {
        long lastLost =
            findings.versions().stream().mapToLong(PolicyVersion::getVersion).max().orElse(-1);
        ledger.append(
            new LossAccepted(state.step(), lastLost, by, reason),
            findings.versions().stream().map(lost -> withdrawn(ledger, lost)).toList(),
            () -> {});
        findings.checkpoints().forEach(this::setAside);
      }
      return findings;
    }
  }

  private ProducerRecord<byte[], byte[]> withdrawn(Ledger ledger, PolicyVersion lost) {
    PolicyVersion withdrawn =
        PolicyVersion.newBuilder(lost).setStatus(VersionStatus.ROLLED_BACK).build();
    String key = lost.getRunId() + "/" + lost.getVersion();
    return ledger.encode(kafka.topics().policyVersions(), key, withdrawn);
  }

  private void setAside(Path checkpoint) {
    checkpoints.orElseThrow().setAside(checkpoint);
  }
}
