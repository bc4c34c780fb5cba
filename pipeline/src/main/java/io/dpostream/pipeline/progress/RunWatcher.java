package io.dpostream.pipeline.progress;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.pipeline.progress.Progress.Version;
import io.dpostream.sampler.accounting.PairAccounting;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionStatus;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Follows a run's topics from their beginning, and counts. It only reads, so any other consumer
 * would find the same numbers. Judgments do not name their run, so all of that topic are counted.
 * Thread-safe.
 */
public final class RunWatcher implements AutoCloseable {

  private final String runId;
  private final RunObserver observer;
  private final TopicTail tail;

  private final PairAccounting pairs = new PairAccounting(PairAccounting.Listener.NONE);
  private long judgments;
  private long preferences;
  private long published;
  private Optional<StepTaken> lastStep = Optional.empty();
  private Optional<Version> version = Optional.empty();

  public RunWatcher(String runId, KafkaSettings kafka) {
    this(runId, kafka, RunObserver.NONE);
  }

  /** Creates a watcher that also passes on what it reads. */
  public RunWatcher(String runId, KafkaSettings kafka, RunObserver observer) {
    this.runId = runId;
    this.observer = observer;
    Topics topics = kafka.topics();
    Map<Topic<?>, Consumer<ConsumerRecord<byte[], byte[]>>> handlers = new HashMap<>();
    follow(kafka, topics.completionPairs(), handlers, this::onPair);
    follow(kafka, topics.judgments(), handlers, this::onJudgment);
    follow(kafka, topics.outcomes(), handlers, this::onOutcome);
    follow(kafka, topics.preferences(), handlers, this::onPreference);
    follow(kafka, topics.trainingSteps(), handlers, this::onTrainingStep);
    follow(kafka, topics.policyVersions(), handlers, this::onVersion);
    this.tail = new TopicTail(kafka, "dpo-watch-" + runId, handlers, () -> {});
  }

  /** Ignores records that cannot be decoded; the services report them. */
  private <T extends SpecificRecord> void follow(
      KafkaSettings kafka,
      Topic<T> topic,
      Map<Topic<?>, Consumer<ConsumerRecord<byte[], byte[]>>> handlers,
      Consumer<T> handler) {
    RecordDecoder<T> decoder = kafka.decoder(topic);
    handlers.put(
        topic,
        record -> {
          if (decoder.decode(record) instanceof Decoded.Value<T> value) {
            synchronized (this) {
              handler.accept(value.value());
            }
          }
        });
  }

  /** Starts reading. */
  public void start() {
    tail.start();
  }

  /** Whether everything that was committed at the start has been counted. */
  public boolean isCaughtUp() {
    return tail.isCaughtUp();
  }

  /** Waits until everything that was committed at the start has been counted. */
  public Progress awaitCaughtUp() throws InterruptedException {
    while (!isCaughtUp()) {
      Thread.sleep(20);
    }
    return progress();
  }

  /** Returns the current state of the run. */
  public synchronized Progress progress() {
    tail.check();
    return new Progress(
        lastStep.map(StepTaken::getStep).orElse(0L),
        lastStep.map(StepTaken::getLoss).orElse(Double.NaN),
        metric("rewards/margins"),
        metric("rewards/accuracies"),
        pairs.sampled(),
        pairs.waiting(),
        pairs.unmatched(),
        pairs.outcomes(),
        judgments,
        preferences,
        published,
        version);
  }

  private double metric(String name) {
    return lastStep
        .map(step -> step.getMetrics().getOrDefault(name, Double.NaN))
        .orElse(Double.NaN);
  }

  private void onPair(CompletionPair pair) {
    if (pair.getRunId().equals(runId)) {
      pairs.pair(pair.getPairId());
    }
  }

  private void onJudgment(Judgment judgment) {
    judgments++;
    observer.judgment(judgment);
  }

  private void onOutcome(PairOutcome outcome) {
    if (outcome.getRunId().equals(runId)) {
      pairs.outcome(outcome.getPairId(), outcome.getOutcome());
    }
  }

  private void onPreference(Preference preference) {
    if (preference.getRunId().equals(runId)) {
      preferences++;
      observer.preference(preference);
    }
  }

  private void onTrainingStep(TrainingStep record) {
    if (record.getRunId().equals(runId) && record.getEvent() instanceof StepTaken step) {
      lastStep = Optional.of(step);
      observer.step(step);
    }
  }

  private void onVersion(PolicyVersion v) {
    boolean usable = v.getStatus() == VersionStatus.PUBLISHED && v.getRemovedAt().isEmpty();
    if (v.getRunId().equals(runId) && usable) {
      published += v.getVersion() > 0 ? 1 : 0;
      observer.version(v);
      version =
          Optional.of(
              new Version(
                  v.getVersion(), v.getUri(), v.getSha256(), v.getReferenceSha256(), v.getStep()));
    }
  }

  @Override
  public void close() {
    tail.close();
  }
}
