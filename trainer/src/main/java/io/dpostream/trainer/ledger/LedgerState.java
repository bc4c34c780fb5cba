package io.dpostream.trainer.ledger;

import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.schemas.LabelSmoothingSet;
import io.dpostream.schemas.LossAccepted;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.ReferenceRefreshed;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionPublished;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The state of a run, folded from its ledger record by record. Immutable.
 *
 * @param runId the run
 * @param nextSequence of the next record
 * @param configuration in effect; absent before the first record
 * @param progress what the steps so far have used
 * @param checkpoints saved so far, oldest first
 * @param version the newest published one
 * @param lastLostVersion the newest one whose record was lost, with the owner's consent; -1 if none
 * @param labelSmoothing set in place of the configured one
 * @param reference the last refresh of the reference
 */
public record LedgerState(
    String runId,
    long nextSequence,
    Optional<RunConfigured> configuration,
    Progress progress,
    List<CheckpointSaved> checkpoints,
    Optional<VersionPublished> version,
    long lastLostVersion,
    OptionalDouble labelSmoothing,
    Optional<ReferenceRefreshed> reference) {

  /**
   * What the steps so far have used.
   *
   * @param step the last one; 0 before the first
   * @param next offset of each partition after the last step
   * @param records of preferences read, used or skipped, over all epochs
   * @param tokens trained on
   */
  public record Progress(long step, Offsets next, long records, long tokens) {
    private Progress after(StepTaken taken) {
      return new Progress(
          taken.getStep(),
          next.after(taken.getRanges()),
          records + taken.getPairs() + taken.getSkipped().size(),
          tokens + taken.getTokens());
    }
  }

  public LedgerState {
    checkpoints = List.copyOf(checkpoints);
  }

  /** The state before the first record. */
  public static LedgerState empty(String runId) {
    return new LedgerState(
        runId,
        0,
        Optional.empty(),
        new Progress(0, new Offsets(new TreeMap<>()), 0, 0),
        List.of(),
        Optional.empty(),
        -1,
        OptionalDouble.empty(),
        Optional.empty());
  }

  /** The last step. */
  public long step() {
    return progress.step();
  }

  /** The newest checkpoint. */
  public Optional<CheckpointSaved> checkpoint() {
    return checkpoints.isEmpty()
        ? Optional.empty()
        : Optional.of(checkpoints.get(checkpoints.size() - 1));
  }

  /** Version of the newest published policy, lost or not; -1 before the first. */
  public long publishedVersion() {
    return Math.max(lastLostVersion, version.map(VersionPublished::getVersion).orElse(-1L));
  }

  /**
   * The configuration in effect.
   *
   * @throws LedgerException before the first record
   */
  public RunConfigured requireConfiguration() {
    return configuration.orElseThrow(
        () -> new LedgerException(runId, nextSequence, "no configuration has been recorded"));
  }

  /** Hash of the reference in effect. */
  public String referenceSha256() {
    return reference
        .map(ReferenceRefreshed::getReferenceSha256)
        .orElseGet(() -> requireConfiguration().getReferenceSha256());
  }

  /**
   * The state after one more record.
   *
   * @throws LedgerException when the record cannot follow
   */
  public LedgerState after(TrainingStep record) {
    require(record.getRunId().equals(runId), "belongs to run " + record.getRunId());
    require(
        record.getSequence() == nextSequence,
        "found sequence %d where %d is expected; a record is missing or duplicated"
            .formatted(record.getSequence(), nextSequence));
    Object event = record.getEvent();
    if (event instanceof RunConfigured configured) {
      return after(configured);
    }
    require(configuration.isPresent(), "the first record is not a configuration");
    if (event instanceof StepTaken taken) {
      return after(taken);
    }
    if (event instanceof CheckpointSaved saved) {
      requireStep("checkpoint", saved.getStep());
      List<CheckpointSaved> all = Stream.concat(checkpoints.stream(), Stream.of(saved)).toList();
      return next(configuration, progress, all, version, labelSmoothing, reference);
    }
    if (event instanceof VersionPublished published) {
      requireStep("version", published.getStep());
      require(
          published.getVersion() == publishedVersion() + 1,
          "version %d follows version %d".formatted(published.getVersion(), publishedVersion()));
      return next(
          configuration, progress, checkpoints, Optional.of(published), labelSmoothing, reference);
    }
    if (event instanceof LabelSmoothingSet set) {
      requireStep("label smoothing", set.getFromStep() - 1);
      return next(
          configuration,
          progress,
          checkpoints,
          version,
          OptionalDouble.of(set.getLabelSmoothing()),
          reference);
    }
    if (event instanceof ReferenceRefreshed refreshed) {
      requireStep("reference refresh", refreshed.getAfterStep());
      return next(
          configuration, progress, checkpoints, version, labelSmoothing, Optional.of(refreshed));
    }
    if (event instanceof LossAccepted accepted) {
      requireStep("loss", accepted.getAfterStep());
      return next(configuration, progress, checkpoints, version, labelSmoothing, reference)
          .withLastLostVersion(Math.max(lastLostVersion, accepted.getLastLostVersion()));
    }
    throw new LedgerException(runId, nextSequence, "unknown event " + event.getClass().getName());
  }

  private LedgerState after(RunConfigured configured) {
    Offsets start = Offsets.of(configured.getStartOffsets());
    require(
        start.next().size() == configured.getPartitions(),
        "%d partitions with start offsets %s".formatted(configured.getPartitions(), start));
    if (configuration.isEmpty()) {
      Progress unread = new Progress(0, start, 0, 0);
      return next(Optional.of(configured), unread, checkpoints, version, labelSmoothing, reference);
    }
    RunConfigured before = requireConfiguration();
    require(
        before.getReferenceSha256().equals(configured.getReferenceSha256())
            && before.getInitialSha256().equals(configured.getInitialSha256())
            && before.getPreferencesTopic().equals(configured.getPreferencesTopic())
            && before.getStartOffsets().equals(configured.getStartOffsets())
            && before.getEndOffsets().equals(configured.getEndOffsets()),
        "a configuration changes the reference, the first policy or the data of the run");
    return next(Optional.of(configured), progress, checkpoints, version, labelSmoothing, reference);
  }

  private LedgerState after(StepTaken taken) {
    require(
        taken.getStep() == step() + 1,
        "step %d follows step %d".formatted(taken.getStep(), step()));
    boolean stream = requireConfiguration().getEndOffsets().isEmpty();
    SortedMap<Integer, Long> offsets = new TreeMap<>(progress.next().next());
    for (OffsetRange range : taken.getRanges()) {
      Long expected = offsets.put(range.getPartition(), range.getTo());
      require(
          expected != null
              && range.getFrom() < range.getTo()
              && (!stream || range.getFrom() == expected),
          "step %d reads offsets %d to %d of partition %d, where %s is next"
              .formatted(
                  taken.getStep(), range.getFrom(), range.getTo(), range.getPartition(), expected));
    }
    return next(
        configuration, progress.after(taken), checkpoints, version, labelSmoothing, reference);
  }

  private LedgerState next(
      Optional<RunConfigured> configuration,
      Progress progress,
      List<CheckpointSaved> checkpoints,
      Optional<VersionPublished> version,
      OptionalDouble labelSmoothing,
      Optional<ReferenceRefreshed> reference) {
    return new LedgerState(
        runId,
        nextSequence + 1,
        configuration,
        progress,
        checkpoints,
        version,
        lastLostVersion,
        labelSmoothing,
        reference);
  }

  private LedgerState withLastLostVersion(long lost) {
    return new LedgerState(
        runId,
        nextSequence,
        configuration,
        progress,
        checkpoints,
        version,
        lost,
        labelSmoothing,
        reference);
  }

  private void requireStep(String what, long named) {
    require(named == step(), "%s of step %d after step %d".formatted(what, named, step()));
  }

  private void require(boolean valid, String problem) {
    if (!valid) {
      throw new LedgerException(runId, nextSequence, problem);
    }
  }
}
