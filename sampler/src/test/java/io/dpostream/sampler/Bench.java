package io.dpostream.sampler;

import io.dpostream.kafka.AdminAnswer;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.testing.SharedBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** One test's own topics on a shared cluster, and what stands around a sampler. */
public final class Bench implements AutoCloseable {
  public static final String RUN = "run";

  private final KafkaSettings kafka;
  private final KafkaProducer<byte[], byte[]> producer;

  public Bench(String prefix) {
    this(SharedBroker.deployment(prefix));
  }

  public Bench(KafkaSettings kafka) {
    this(kafka, 1);
  }

  /**
   * @param partitions of prompts, by which samplers share them
   */
  public Bench(KafkaSettings kafka, int partitions) {
    this.kafka = kafka;
    try (Admin admin = kafka.admin()) {
      NewTopic prompts = new NewTopic(kafka.topics().prompts().name(), partitions, (short) 1);
      AdminAnswer.await(admin.createTopics(List.of(prompts)).all());
      kafka.topics().ensure(admin);
    }
    this.producer =
        new KafkaProducer<>(
            kafka.producer("bench"), new ByteArraySerializer(), new ByteArraySerializer());
  }

  public KafkaSettings kafka() {
    return kafka;
  }

  /** Sends a record and returns its offset. */
  public <T extends SpecificRecord> long send(Topic<T> topic, String key, T value) {
    return send(kafka.encoder().encode(topic, key, value));
  }

  public long send(String topic, String key, byte[] value) {
    return send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
  }

  public long prompt(String text) {
    Prompt prompt = Prompt.newBuilder().setId("id").setText(text).build();
    return send(kafka.topics().prompts(), "id", prompt);
  }

  public void prompts(int count) {
    RecordEncoder encoder = kafka.encoder();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Prompt prompt = Prompt.newBuilder().setId("id").setText("p" + i).build();
      sent.add(producer.send(encoder.encode(kafka.topics().prompts(), "id", prompt)));
    }
    sent.forEach(Bench::offset);
  }

  /** Creates a topic as somebody else would, and sends prompts to it. */
  public void promptsTo(String topic, int count) {
    try (Admin admin = kafka.admin()) {
      AdminAnswer.await(admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all());
    }
    Topic<Prompt> elsewhere = new Topic<>(topic, Prompt.class, Map.of(), 1);
    for (int i = 0; i < count; i++) {
      send(elsewhere, "id", Prompt.newBuilder().setId("id").setText("p" + i).build());
    }
  }

  /** Sends prompts that spread over the partitions: their ids and texts begin with a letter. */
  public void spreadPrompts(String letter, int count) {
    RecordEncoder encoder = kafka.encoder();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Prompt prompt = Prompt.newBuilder().setId(letter + i).setText(letter + i).build();
      sent.add(producer.send(encoder.encode(kafka.topics().prompts(), prompt.getId(), prompt)));
    }
    sent.forEach(Bench::offset);
  }

  /** Publishes a version whose folder is {@code uri}. */
  public void publish(long version, String uri, String sha256, VersionStatus status) {
    PolicyVersion record =
        PolicyVersion.newBuilder()
            .setRunId(RUN)
            .setVersion(version)
            .setUri(uri)
            .setSha256(sha256)
            .setReferenceSha256("reference")
            .setStep(version)
            .setStatus(status)
            .setPublishedAt(Instant.EPOCH)
            .build();
    send(kafka.topics().policyVersions(), RUN + "/" + version, record);
  }

  /** Every committed pair, in order. */
  public List<CompletionPair> pairs() {
    return values(kafka.topics().completionPairs());
  }

  /** The last committed pair, without reading all the others. */
  public Optional<CompletionPair> lastPair() {
    Topic<CompletionPair> topic = kafka.topics().completionPairs();
    List<ConsumerRecord<byte[], byte[]>> tail = records(topic.name(), 50);
    return tail.isEmpty()
        ? Optional.empty()
        : Optional.of(value(kafka.decoder(topic), tail.get(tail.size() - 1)));
  }

  /** Every committed value of a topic, in order. */
  public <T extends SpecificRecord> List<T> values(Topic<T> topic) {
    RecordDecoder<T> decoder = kafka.decoder(topic);
    List<T> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records(topic.name())) {
      values.add(value(decoder, record));
    }
    return values;
  }

  /** Every committed record of a topic, in order. */
  public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    return records(topic, Long.MAX_VALUE);
  }

  private List<ConsumerRecord<byte[], byte[]>> records(String topic, long offsetsFromEnd) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.consumer("reader"))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      ends.forEach((p, end) -> consumer.seek(p, Math.max(0, end - offsetsFromEnd)));
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(50)).forEach(records::add);
      }
    }
    return records;
  }

  @Override
  public void close() {
    producer.close();
  }

  private static <T extends SpecificRecord> T value(
      RecordDecoder<T> decoder, ConsumerRecord<byte[], byte[]> record) {
    return ((Decoded.Value<T>) decoder.decode(record)).value();
  }

  private long send(ProducerRecord<byte[], byte[]> record) {
    return offset(producer.send(record));
  }

  private static long offset(Future<RecordMetadata> sent) {
    try {
      return sent.get().offset();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
