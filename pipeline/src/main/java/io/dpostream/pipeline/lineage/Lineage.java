package io.dpostream.pipeline.lineage;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.kafka.reading.TopicScan.Located;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The links between a run's versions, steps and preferences, taken from the ledger: a step names
 * the offsets that it used, and a version names the last step that it contains. Immutable once
 * read.
 */
public final class Lineage {

  private record Place(int partition, long offset) {}

  private final Map<Long, PolicyVersion> versions = new TreeMap<>();
  private final Map<Long, StepTaken> steps = new TreeMap<>();
  private final Map<Place, Preference> preferences = new TreeMap<>(PLACES);

  private static final java.util.Comparator<Place> PLACES =
      java.util.Comparator.comparingInt(Place::partition).thenComparingLong(Place::offset);

  /** Reads a run's versions, ledger and preferences up to their current ends. */
  public static Lineage read(String runId, KafkaSettings kafka) {
    Lineage lineage = new Lineage();
    Topics topics = kafka.topics();
    TopicScan scan = new TopicScan(kafka);
    scan.read(
        topics.policyVersions(),
        at -> {
          if (at.value().getRunId().equals(runId)) {
            lineage.add(at.value());
          }
        });
    scan.read(
        topics.trainingSteps(),
        at -> {
          if (at.value().getRunId().equals(runId)
              && at.value().getEvent() instanceof StepTaken step) {
            lineage.add(step);
          }
        });
    scan.read(topics.preferences(), lineage::add);
    return lineage;
  }

  void add(PolicyVersion version) {
    versions.put(version.getVersion(), version);
  }

  void add(StepTaken step) {
    steps.put(step.getStep(), step);
  }

  void add(Located<Preference> at) {
    preferences.put(new Place(at.partition(), at.offset()), at.value());
  }

  /** Every version of the run, oldest first. */
  public List<PolicyVersion> versions() {
    return List.copyOf(versions.values());
  }

  /**
   * Returns the version with this number.
   *
   * @throws UserException if none has been published under it
   */
  public PolicyVersion version(long number) {
    return Optional.ofNullable(versions.get(number))
        .orElseThrow(
            () ->
                new UserException(
                    "version %d: is not published; dpo versions lists what is".formatted(number)));
  }

  /** Every step of the run, in order. */
  public List<StepTaken> steps() {
    return List.copyOf(steps.values());
  }

  /** A preference and the step that learned from it. */
  public record Trained(long step, int partition, long offset, Preference preference) {}

  /**
   * Returns every preference that moved a version, in the order of training: those of all its
   * steps, apart from skipped ones.
   *
   * @param version a number of {@link #versions}
   */
  public List<Trained> behind(PolicyVersion version) {
    List<Trained> all = new ArrayList<>();
    for (StepTaken step : steps.values()) {
      if (step.getStep() <= version.getStep() && step.getApplied()) {
        all.addAll(trained(step));
      }
    }
    return all;
  }

  /** The preferences that a step used. */
  public List<Trained> trained(StepTaken step) {
    Set<Place> skipped = new HashSet<>();
    for (Skipped s : step.getSkipped()) {
      skipped.add(new Place(s.getPartition(), s.getOffset()));
    }
    List<Trained> used = new ArrayList<>();
    for (OffsetRange range : step.getRanges()) {
      for (long offset = range.getFrom(); offset < range.getTo(); offset++) {
        Place place = new Place(range.getPartition(), offset);
        Preference preference = preferences.get(place);
        if (preference != null && !skipped.contains(place)) {
          used.add(new Trained(step.getStep(), place.partition(), offset, preference));
        }
      }
    }
    return used;
  }

  /**
   * Returns the uses of a pair's preference, one for each revision that was trained on.
   *
   * @throws UserException if it was used nowhere
   */
  public List<Trained> usesOf(String pairId) {
    List<Trained> uses = findUses(pairId);
    if (uses.isEmpty()) {
      throw new UserException(
          "pair %s: no step used it; it may be a tie, waiting, or of another run"
              .formatted(pairId));
    }
    return uses;
  }

  private List<Trained> findUses(String pairId) {
    return steps.values().stream()
        .flatMap(step -> trained(step).stream())
        .filter(t -> t.preference().getPairId().equals(pairId))
        .toList();
  }

  /** The first published version that contains a step. */
  public Optional<PolicyVersion> firstWith(long step) {
    return versions.values().stream()
        .filter(v -> v.getStatus() != VersionStatus.REJECTED && v.getStep() >= step)
        .findFirst();
  }

  /** Counts how many of {@code trained} each version sampled. */
  public static Map<Long, Long> bySampler(List<Trained> trained) {
    Map<Long, Long> counts = new HashMap<>();
    trained.forEach(t -> counts.merge(t.preference().getPolicyVersion(), 1L, Long::sum));
    return new TreeMap<>(counts);
  }
}
