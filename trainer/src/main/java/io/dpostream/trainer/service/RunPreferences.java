package io.dpostream.trainer.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.settings.Spelling;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.BatchSource;
import io.dpostream.trainer.batch.PinnedRange;
import io.dpostream.trainer.batch.PinnedSource;
import io.dpostream.trainer.batch.PreferenceLog;
import io.dpostream.trainer.batch.PreferenceScreener;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.batch.ScreeningResult;
import io.dpostream.trainer.batch.StreamSource;
import io.dpostream.trainer.learner.TrainingPair;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.ledger.Offsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The preferences that a run learns from: as requested for a new run, as recorded in the ledger for
 * a resumed one.
 */
final class RunPreferences implements AutoCloseable {
  private final PreferenceLog preferences;
  private final String topic;
  private final Offsets from;
  private final Optional<Offsets> to;
  private final Optional<PinnedRange> range;

  private RunPreferences(
      PreferenceLog preferences,
      String topic,
      Offsets from,
      Optional<Offsets> to,
      Optional<PinnedRange> range) {
    this.preferences = preferences;
    this.topic = topic;
    this.from = from;
    this.to = to;
    this.range = range;
  }

  static RunPreferences open(KafkaSettings kafka, RunSpec run, int batchSize, LedgerState ledger) {
    Optional<RunConfigured> recorded = ledger.configuration();
    String topic =
        recorded
            .map(RunConfigured::getPreferencesTopic)
            .or(() -> run.source().topic())
            .orElseGet(() -> kafka.topics().preferences().name());
    PreferenceLog preferences = new PreferenceLog(kafka, topic, "trainer-" + run.runId());
    try {
      recorded.ifPresent(configured -> requirePartitions(configured, preferences));
      PreferenceSource.Resolved resolved =
          recorded.map(RunPreferences::recorded).orElseGet(() -> run.source().resolve(preferences));
      Offsets from = resolved.from();
      Optional<Offsets> to = resolved.to();
      Optional<PinnedRange> range =
          to.map(end -> PinnedRange.find(preferences, from, end, batchSize));
      if (recorded.isEmpty() && range.map(PinnedRange::size).orElse(1) == 0) {
        throw new UserException(
            "%s: there is no preference from %s to %s; choose another range"
                .formatted(topic, from, to.orElseThrow()));
      }
      return new RunPreferences(preferences, topic, from, to, range);
    } catch (RuntimeException e) {
      preferences.close();
      throw e;
    }
  }

  private static PreferenceSource.Resolved recorded(RunConfigured configured) {
    return new PreferenceSource.Resolved(
        Offsets.of(configured.getStartOffsets()),
        Optional.of(configured.getEndOffsets())
            .filter(offsets -> !offsets.isEmpty())
            .map(Offsets::of));
  }

  /**
   * Refuses settings that make sense only for the other kind of data.
   *
   * @throws UserException naming the key
   */
  void check(TrainerConfig config) {
    String needsEnd = "needs preferences that exist when the run begins, not a stream";
    boolean stream = range.isEmpty();
    refuseIf(stream && config.cadence().numTrainEpochs() > 1, "num_train_epochs", needsEnd);
    refuseIf(stream && config.batch().shuffle(), "shuffle", needsEnd);
    refuseIf(
        stream && config.reference().precomputeRefLogProbs(), "precompute_ref_log_probs", needsEnd);
    refuseIf(
        !stream && config.batch().batchTimeoutMs() > 0,
        "batch_timeout_ms",
        "has no effect on preferences that already exist");
  }

  private static void refuseIf(boolean refused, String key, String problem) {
    if (refused) {
      throw new UserException("trainer." + key + ": " + problem + "; leave it out");
    }
  }

  /** The configuration with the last step set, where the schedule needs to know it. */
  TrainerConfig scheduled(TrainerConfig config) {
    if (!config.optimizer().lrSchedulerType().decays() || config.cadence().maxSteps() > 0) {
      return config;
    }
    long steps =
        range
            .map(found -> found.steps(config))
            .orElseThrow(
                () ->
                    new UserException(
                        "trainer.lr_scheduler_type: %s needs the last step of a stream; set trainer.max_steps, or use constant"
                            .formatted(Spelling.of(config.optimizer().lrSchedulerType()))));
    return config.withMaxSteps(steps);
  }

  /** Passes every usable pair of a pinned range to {@code each}; does nothing for a stream. */
  void forEachPair(PreferenceScreener screen, Consumer<TrainingPair> each) {
    range.ifPresent(
        found ->
            found.forEach(
                preferences,
                record -> {
                  if (screen.screen(record) instanceof ScreeningResult.Usable usable) {
                    each.accept(usable.pair());
                  }
                }));
  }

  /**
   * Creates the source of this run's batches.
   *
   * @param prepare called with pairs of the next batch while a stream waits for the rest of it
   */
  BatchSource source(
      PreferenceScreener screen,
      TrainerConfig config,
      InstantSource clock,
      Consumer<List<TrainingPair>> prepare) {
    return range
        .<BatchSource>map(found -> new PinnedSource(preferences, screen, config, found))
        .orElseGet(
            () ->
                new StreamSource(
                    preferences,
                    screen,
                    config.batch().size(),
                    Duration.ofMillis(config.batch().batchTimeoutMs()),
                    clock,
                    prepare));
  }

  PreferenceLog preferences() {
    return preferences;
  }

  String topic() {
    return topic;
  }

  Offsets from() {
    return from;
  }

  Optional<Offsets> to() {
    return to;
  }

  @Override
  public void close() {
    preferences.close();
  }

  private static void requirePartitions(RunConfigured configured, PreferenceLog preferences) {
    if (configured.getPartitions() != preferences.partitions()) {
      throw new UserException(
          "topic %s: has %d partitions and had %d when the run began; their number is fixed for a run, start another under a new run.id"
              .formatted(
                  configured.getPreferencesTopic(),
                  preferences.partitions(),
                  configured.getPartitions()));
    }
  }
}
