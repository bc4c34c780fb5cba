package io.dpostream.trainer.ledger;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.checkpoint.CheckpointStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a ledger that has lost its last records is found out by. A broker that did not stop cleanly
 * may cut the end off a topic that it alone holds, and what is left is a ledger without a gap. But
 * a version is announced in the transaction that records it, and a checkpoint is saved after the
 * step that it names is recorded: neither may know of more than the ledger does.
 */
public final class LedgerWitnesses {
  private final KafkaSettings kafka;
  private final Optional<CheckpointStore> checkpoints;

  /**
   * Asks the topic of versions and, where they can be reached, the run's checkpoints.
   *
   * @param checkpoints absent where their folder is not on this machine
   */
  public LedgerWitnesses(KafkaSettings kafka, Optional<CheckpointStore> checkpoints) {
    this.kafka = kafka;
    this.checkpoints = checkpoints;
  }

  /**
   * What is known of a ledger's lost records; none is lost when it is empty.
   *
   * @param versions announced, and not those that the ledger records
   * @param checkpoints folders of steps that the ledger does not have
   * @param lines one for each contradiction, for people
   */
  public record Findings(List<PolicyVersion> versions, List<Path> checkpoints, List<String> lines) {
    public Findings {
      versions = List.copyOf(versions);
      checkpoints = List.copyOf(checkpoints);
      lines = List.copyOf(lines);
    }

    /** Whether nothing contradicts the ledger. */
    public boolean isEmpty() {
      return lines.isEmpty();
    }
  }

  /**
   * Refuses a ledger that has lost records.
   *
   * @throws UserException with the first contradiction, and what to do
   */
  public void require(Witnesses seen, LedgerState state, RunRecords recorded) {
    Findings findings = find(seen, state, recorded);
    if (!findings.isEmpty()) {
      throw new UserException(
          "run %s: %s; %s"
              .formatted(
                  state.runId(), findings.lines().get(0), remedy(kafka.topics().trainingSteps())));
    }
  }

  /** What can be done about it. */
  static String remedy(Topic<?> ledger) {
    return ("the ledger has lost its last records: restore %s from a replica or a backup,"
            + " or accept the loss with dpo repair")
        .formatted(ledger.name());
  }

  /**
   * What was seen beside a ledger before it was read.
   *
   * @param versions the last record of each announced version
   * @param checkpoints the run's checkpoints, by folder
   */
  public record Witnesses(Map<Long, PolicyVersion> versions, Map<Path, Long> checkpoints) {
    public Witnesses {
      versions = Map.copyOf(versions);
      checkpoints = Map.copyOf(checkpoints);
    }
  }

  /**
   * Looks at what there is beside a run's ledger. To be called before the ledger is read: whatever
   * is there by then must be in a ledger that is read later, even while a trainer is at work.
   */
  public Witnesses see(String runId) {
    return new Witnesses(
        announced(runId), checkpoints.map(store -> store.steps(runId)).orElse(Map.of()));
  }

  /** Compares a ledger with what was seen beside it. */
  public Findings find(Witnesses seen, LedgerState state, RunRecords recorded) {
    List<PolicyVersion> versions = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (PolicyVersion announced : new TreeMap<>(seen.versions()).values()) {
      Optional<VersionPublished> record = recorded.of(announced.getVersion());
      boolean same = record.filter(r -> r.getSha256().equals(announced.getSha256())).isPresent();
      if (!same && !recorded.isKnownToBeLost(announced.getVersion())) {
        versions.add(announced);
        lines.add(
            "the ledger ends at step %d, but %s names version %d of step %d"
                .formatted(
                    state.step(),
                    kafka.topics().policyVersions().name(),
                    announced.getVersion(),
                    announced.getStep()));
      }
    }
    List<Path> later =
        seen.checkpoints().entrySet().stream()
            .filter(checkpoint -> checkpoint.getValue() > state.step())
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    if (state.configuration().isEmpty() && versions.isEmpty() && !later.isEmpty()) {
      throw new UserException(
          "run %s: its folder holds checkpoints of another ledger, such as %s; give another --dir, or move them away"
              .formatted(state.runId(), later.get(0)));
    }
    later.forEach(
        folder ->
            lines.add(
                "the ledger ends at step %d, but there is a checkpoint %s"
                    .formatted(state.step(), folder)));
    return new Findings(versions, later, lines);
  }

  /** The last record of each version of a run. */
  private Map<Long, PolicyVersion> announced(String runId) {
    Map<Long, PolicyVersion> announced = new TreeMap<>();
    new TopicScan(kafka)
        .read(
            kafka.topics().policyVersions(),
            at -> {
              if (at.value().getRunId().equals(runId)) {
                announced.put(at.value().getVersion(), at.value());
              }
            });
    return announced;
  }
}
