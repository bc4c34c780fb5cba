package io.dpostream.trainer.service;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.trainer.ledger.Offsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Follows the topics of a run, to know its versions and which of them pairs on their way name.
 * Thread-safe.
 */
final class VersionsInUse implements AutoCloseable {
  private final String runId;
  private final TopicTail tail;
  private final Map<Long, PolicyVersion> versions = new TreeMap<>();
  private final Map<String, Long> waiting = new HashMap<>(); // version by pair
  private final Set<String> decidedUnseen = new HashSet<>(); // outcomes read before their pairs
  private final Map<Integer, TreeMap<Long, Long>> untrained = new HashMap<>(); // by offset

  VersionsInUse(String runId, KafkaSettings kafka) {
    this.runId = runId;
    Topics topics = kafka.topics();
    Map<Topic<?>, Consumer<ConsumerRecord<byte[], byte[]>>> handlers = new HashMap<>();
    follow(kafka, topics.policyVersions(), handlers, (at, version) -> add(version));
    follow(kafka, topics.completionPairs(), handlers, (at, pair) -> add(pair));
    follow(kafka, topics.outcomes(), handlers, (at, outcome) -> add(outcome));
    follow(
        kafka,
        topics.preferences(),
        handlers,
        (at, preference) -> add(at.partition(), at.offset(), preference));
    this.tail = new TopicTail(kafka, "trainer-versions-" + runId, handlers, () -> {});
  }

  /** Records that cannot be decoded name no version; the services report them. */
  private <T extends SpecificRecord> void follow(
      KafkaSettings kafka,
      Topic<T> topic,
      Map<Topic<?>, Consumer<ConsumerRecord<byte[], byte[]>>> handlers,
      BiConsumer<ConsumerRecord<byte[], byte[]>, T> handler) {
    RecordDecoder<T> decoder = kafka.decoder(topic);
    handlers.put(
        topic,
        record -> {
          if (decoder.decode(record) instanceof Decoded.Value<T> value) {
            synchronized (this) {
              handler.accept(record, value.value());
            }
          }
        });
  }

  void start() {
    tail.start();
  }

  /** Whether everything that was committed at the start has been read. */
  boolean isCaughtUp() {
    return tail.isCaughtUp();
  }

  /** Takes in a version's record, which may be read from the topic later or was before. */
  synchronized void add(PolicyVersion version) {
    if (version.getRunId().equals(runId)) {
      versions.put(version.getVersion(), version);
    }
  }

  private void add(CompletionPair pair) {
    if (pair.getRunId().equals(runId) && !decidedUnseen.remove(pair.getPairId())) {
      waiting.put(pair.getPairId(), pair.getPolicyVersion());
    }
  }

  private void add(PairOutcome outcome) {
    if (outcome.getRunId().equals(runId) && waiting.remove(outcome.getPairId()) == null) {
      decidedUnseen.add(outcome.getPairId());
    }
  }

  private void add(int partition, long offset, Preference preference) {
    if (preference.getRunId().equals(runId)) {
      untrained
          .computeIfAbsent(partition, p -> new TreeMap<>())
          .put(offset, preference.getPolicyVersion());
    }
  }

  /** The last record of each version. */
  synchronized Collection<PolicyVersion> versions() {
    return List.copyOf(versions.values());
  }

  /**
   * The versions that pairs without an outcome name, or preferences that no step has used.
   *
   * @param next offsets of preferences that the next step reads
   */
  synchronized Set<Long> onTheirWay(Offsets next) {
    next.next().forEach((partition, offset) -> untrained(partition).headMap(offset).clear());
    Set<Long> named = new HashSet<>(waiting.values());
    untrained.values().forEach(byOffset -> named.addAll(byOffset.values()));
    return named;
  }

  private TreeMap<Long, Long> untrained(int partition) {
    return untrained.computeIfAbsent(partition, p -> new TreeMap<>());
  }

  @Override
  public void close() {
    tail.close();
  }
}
