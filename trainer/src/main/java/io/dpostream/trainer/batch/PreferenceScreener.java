package io.dpostream.trainer.batch;

import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.SkippedKind;
import io.dpostream.trainer.BatchConfig.Revisions;
import io.dpostream.trainer.BatchConfig.StalePairs;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.TrainingPair;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Decides whether a preference record is trained on, skipped or dead-lettered. The decision depends
 * only on its bytes, the configuration and the published version. Records of every run on the topic
 * are trained on; to keep runs apart, give each its own topic prefix. Not thread-safe.
 */
public final class PreferenceScreener {
  private final RecordDecoder<Preference> decoder;
  private final TrainerConfig config;
  private final String runId;
  private final Function<TrainingPair, Optional<String>> refusal;
  private final LongSupplier publishedVersion;

  /**
   * Creates a screener for one run.
   *
   * @param refusal why a learner cannot train on a pair, if it cannot
   * @param publishedVersion the newest version of the run, against which staleness is measured
   */
  public PreferenceScreener(
      RecordDecoder<Preference> decoder,
      TrainerConfig config,
      String runId,
      Function<TrainingPair, Optional<String>> refusal,
      LongSupplier publishedVersion) {
    this.decoder = decoder;
    this.config = config;
    this.runId = runId;
    this.refusal = refusal;
    this.publishedVersion = publishedVersion;
  }

  /** Decides on one record. */
  public ScreeningResult screen(ConsumerRecord<byte[], byte[]> source) {
    Decoded<Preference> decoded = decoder.decode(source);
    if (decoded instanceof Decoded.Undecodable<Preference> undecodable) {
      return new ScreeningResult.DeadLettered(
          SkippedRecords.unseen(
              source,
              Optional.empty(),
              SkippedKind.UNDECODABLE,
              "undecodable: " + undecodable.error()),
          source);
    }
    Preference preference = ((Decoded.Value<Preference>) decoded).value();
    Optional<String> pairId = Optional.of(preference.getPairId());
    Optional<String> revision = ignoredRevision(preference);
    if (revision.isPresent()) {
      return new ScreeningResult.Ignored(
          SkippedRecords.unseen(source, pairId, SkippedKind.REVISION, revision.get()));
    }
    Optional<String> stale = stale(preference);
    if (stale.isPresent()) {
      return new ScreeningResult.Ignored(
          SkippedRecords.unseen(source, pairId, SkippedKind.STALE, stale.get()));
    }
    TrainingPair pair = pair(source, preference, runId);
    Optional<String> bad = malformed(pair).or(() -> refusal.apply(pair));
    return bad.<ScreeningResult>map(
            reason ->
                new ScreeningResult.DeadLettered(
                    SkippedRecords.unseen(source, pairId, SkippedKind.UNUSABLE, reason), source))
        .orElseGet(() -> new ScreeningResult.Usable(pair));
  }

  private Optional<String> ignoredRevision(Preference preference) {
    return preference.getRevision() > 0 && config.batch().revisions() == Revisions.IGNORE
        ? Optional.of("revision " + preference.getRevision() + " of an earlier preference")
        : Optional.empty();
  }

  private Optional<String> stale(Preference preference) {
    long sampledBy = versionOf(preference, runId);
    long staleness = publishedVersion.getAsLong() - sampledBy;
    return sampledBy >= 0
            && config.batch().stalePairs() == StalePairs.SKIP
            && config.batch().isStale(staleness)
        ? Optional.of(
            "stale by %d versions, more than %d"
                .formatted(staleness, config.batch().maxStaleness().orElseThrow()))
        : Optional.empty();
  }

  private static Optional<String> malformed(TrainingPair pair) {
    if (pair.chosen().length == 0 || pair.rejected().length == 0) {
      return Optional.of(
          (pair.chosen().length == 0 ? "chosen" : "rejected") + " completion has no tokens");
    }
    if (!(pair.probability() >= 0 && pair.probability() <= 1)) {
      return Optional.of("probability " + pair.probability() + " is outside [0, 1]");
    }
    return Optional.empty();
  }

  /** Converts a record's preference to the learner's form. */
  static TrainingPair pair(
      ConsumerRecord<byte[], byte[]> source, Preference preference, String runId) {
    return new TrainingPair(
        source.partition(),
        source.offset(),
        preference.getPairId(),
        ids(preference.getPromptTokenIds()),
        ids(preference.getChosen().getTokenIds()),
        ids(preference.getRejected().getTokenIds()),
        preference.getRanked().stream()
            .map(Completion::getTokenIds)
            .map(PreferenceScreener::ids)
            .toList(),
        preference.getProbability(),
        preference.getRewardMargin().stream().mapToDouble(Double::doubleValue).findFirst(),
        versionOf(preference, runId));
  }

  /** Versions are numbered within a run, so another run's pair counts as imported. */
  private static long versionOf(Preference preference, String runId) {
    return preference.getRunId().equals(runId) ? preference.getPolicyVersion() : -1;
  }

  private static int[] ids(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
