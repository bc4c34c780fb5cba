package io.dpostream.sampler.pacing;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an {@link OutstandingWork} up to date with a run's topics. It reads them from their
 * beginning, so that a restarted sampler counts what its predecessor sampled. Thread-safe.
 */
public final class PacingFollower implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PacingFollower.class);

  private final String runId;
  private final OutstandingWork work;
  private final TopicTail tail;
  private final RecordDecoder<TrainingStep> steps;
  private final String stepsTopic;

  public PacingFollower(String runId, KafkaSettings kafka, OutstandingWork work) {
    this.runId = runId;
    this.work = work;
    Topics topics = kafka.topics();
    this.steps = kafka.decoder(topics.trainingSteps());
    this.stepsTopic = topics.trainingSteps().name();
    RecordDecoder<CompletionPair> pairs = kafka.decoder(topics.completionPairs());
    RecordDecoder<PairOutcome> outcomes = kafka.decoder(topics.outcomes());
    RecordDecoder<Preference> preferences = kafka.decoder(topics.preferences());
    this.tail =
        new TopicTail(
            kafka,
            "sampler-pacing-" + runId,
            Map.of(
                topics.completionPairs(), r -> ifData(pairs, r, this::onPair),
                topics.outcomes(), r -> ifData(outcomes, r, this::onOutcome),
                topics.preferences(), r -> ifData(preferences, r, p -> onPreference(p, r)),
                topics.trainingSteps(), this::onLedger),
            () -> {});
  }

  /** Starts reading. */
  public void start() {
    tail.start();
  }

  /**
   * Whether the counts include everything that had been committed when this follower started.
   *
   * @throws UserException when a record of the training ledger cannot be read
   */
  public boolean isCaughtUp() {
    return tail.isCaughtUp();
  }

  /** Whether the counts include every committed pair before these offsets. */
  boolean hasCounted(Map<TopicPartition, Long> ends) {
    return tail.hasHandled(ends);
  }

  /** Throws the failure that ended the reading, if there was one. */
  public void check() {
    tail.check();
  }

  @Override
  public void close() {
    tail.close();
  }

  private void onPair(CompletionPair pair) {
    if (pair.getRunId().equals(runId)) {
      work.pair(pair.getPairId());
    }
  }

  private void onOutcome(PairOutcome outcome) {
    if (outcome.getRunId().equals(runId)) {
      work.outcome(outcome.getPairId(), outcome.getOutcome());
    }
  }

  private void onPreference(Preference preference, ConsumerRecord<byte[], byte[]> source) {
    if (preference.getRunId().equals(runId)) {
      work.preference(
          preference.getPairId(), preference.getRevision(), source.partition(), source.offset());
    }
  }

  private void onLedger(ConsumerRecord<byte[], byte[]> source) {
    Decoded<TrainingStep> decoded = steps.decode(source);
    if (decoded instanceof Decoded.Undecodable<TrainingStep> bad) {
      throw new UserException(
          "%s: the record at %d-%d cannot be read (%s); pacing needs the whole ledger"
              .formatted(stepsTopic, source.partition(), source.offset(), bad.error()));
    }
    if (decoded instanceof Decoded.Value<TrainingStep> step) {
      onStep(step.value());
    }
  }

  private void onStep(TrainingStep record) {
    if (record.getRunId().equals(runId) && record.getEvent() instanceof StepTaken step) {
      for (OffsetRange range : step.getRanges()) {
        work.trained(range.getPartition(), range.getTo());
      }
    }
  }

  /** Ignores data records that cannot be read; the service that consumes them dead-letters them. */
  private static <T extends SpecificRecord> void ifData(
      RecordDecoder<T> decoder, ConsumerRecord<byte[], byte[]> source, Consumer<T> handler) {
    Decoded<T> decoded = decoder.decode(source);
    if (decoded instanceof Decoded.Value<T> value) {
      handler.accept(value.value());
    } else if (decoded instanceof Decoded.Undecodable<T> bad) {
      log.warn("{} {} ignored: {}", source.topic(), source.offset(), bad.error());
    }
  }
}
