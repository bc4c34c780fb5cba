package io.dpostream.benchmarks.sampling;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The other half of a loop: a judge that prefers the first completion of every pair, and a trainer
 * that takes a step with every batch of preferences and publishes a version after it. Used by one
 * thread.
 */
final class SimulatedTraining implements AutoCloseable {
  private final String runId;
  private final int pairsPerStep;
  private final Topics topics;
  private final RecordEncoder encoder;
  private final KafkaProducer<byte[], byte[]> producer;
  private final ArrayDeque<Long> versions = new ArrayDeque<>();
  private long steps;
  private double staleness;

  SimulatedTraining(KafkaSettings kafka, String runId, int pairsPerStep) {
    this.runId = runId;
    this.pairsPerStep = pairsPerStep;
    this.topics = kafka.topics();
    this.encoder = kafka.encoder();
    this.producer =
        new KafkaProducer<>(
            kafka.producer("simulated-training"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    publish(0);
  }

  /** Judges a pair; with enough of them, takes a step. */
  void judge(CompletionPair pair) {
    send(
        topics.outcomes(),
        pair.getPairId(),
        PairOutcome.newBuilder()
            .setPairId(pair.getPairId())
            .setRunId(runId)
            .setContentHash(pair.getContentHash())
            .setOutcome(OutcomeKind.PREFERRED)
            .setReason("simulated")
            .setPolicyVersion(pair.getPolicyVersion())
            .setDecidedAt(Instant.now())
            .build());
    send(
        topics.preferences(),
        pair.getPairId(),
        Preference.newBuilder()
            .setPairId(pair.getPairId())
            .setRunId(runId)
            .setPrompt(pair.getPrompt())
            .setPromptTokenIds(pair.getPromptTokenIds())
            .setChosen(pair.getFirst())
            .setRejected(pair.getSecond())
            .setContentHash(pair.getContentHash())
            .setDecidedAt(Instant.now())
            .build());
    versions.add(pair.getPolicyVersion());
    if (versions.size() == pairsPerStep) {
      step();
    }
  }

  /** Pairs that steps have used. */
  long trained() {
    return steps * pairsPerStep;
  }

  /** How many versions old the pairs of the last step were, on average. */
  double staleness() {
    return staleness;
  }

  private void step() {
    staleness = versions.stream().mapToLong(version -> steps - version).average().orElse(0);
    versions.clear();
    steps++;
    OffsetRange range = new OffsetRange(0, trained() - pairsPerStep, trained());
    StepTaken step =
        StepTaken.newBuilder()
            .setStep(steps)
            .setRanges(List.of(range))
            .setPairs(pairsPerStep)
            .setLoss(0)
            .setMetrics(Map.of())
            .setTokens(0)
            .setDigest("")
            .setDurationMs(0)
            .build();
    send(topics.trainingSteps(), runId, new TrainingStep(runId, steps, step, Instant.now()));
    publish(steps);
  }

  private void publish(long version) {
    send(
        topics.policyVersions(),
        runId + "/" + version,
        PolicyVersion.newBuilder()
            .setRunId(runId)
            .setVersion(version)
            .setUri("none")
            .setSha256("version " + version)
            .setReferenceSha256("version 0")
            .setStep(version)
            .setStatus(VersionStatus.PUBLISHED)
            .setPublishedAt(Instant.now())
            .build());
  }

  private <T extends SpecificRecord> void send(Topic<T> topic, String key, T value) {
    producer.send(encoder.encode(topic, key, value));
  }

  @Override
  public void close() {
    producer.close();
  }
}
