package io.dpostream.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.testing.SharedBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes and reads topics in tests with a broker. */
public final class Wire {
  private final KafkaSettings settings;

  /** Topics of a test's own on the shared broker. */
  public Wire(String prefix) {
    this(SharedBroker.deployment(prefix));
  }

  /** Topics of a deployment, created when they are missing. */
  public Wire(KafkaSettings settings) {
    this.settings = settings;
    try (Admin admin = settings.admin()) {
      settings.topics().ensure(admin);
    }
  }

  /** With the prefix. */
  public KafkaSettings settings() {
    return settings;
  }

  /** Writes records and waits until they are there. */
  public <T extends SpecificRecord> void write(
      Topic<T> topic, List<T> values, Function<T, String> key) {
    RecordEncoder encoder = settings.encoder();
    write(values.stream().map(value -> encoder.encode(topic, key.apply(value), value)).toList());
  }

  /** Writes records as they are and waits until they are there. */
  public void write(List<ProducerRecord<byte[], byte[]>> records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            settings.producer("test"), new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = records.stream().map(producer::send).toList();
      producer.flush();
      for (Future<RecordMetadata> write : sent) {
        write.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("a record was not written", e);
    }
  }

  /** Gives topics more partitions and waits until they can be written. */
  public void widen(int partitions, Topic<?>... topics) {
    Map<TopicPartition, OffsetSpec> added = new HashMap<>();
    Map<String, NewPartitions> wanted = new HashMap<>();
    for (Topic<?> topic : topics) {
      wanted.put(topic.name(), NewPartitions.increaseTo(partitions));
      for (int partition = 0; partition < partitions; partition++) {
        added.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
      }
    }
    try (Admin admin = settings.admin()) {
      admin.createPartitions(wanted).all().get();
      await()
          .ignoreExceptions()
          .untilAsserted(
              () -> assertThat(admin.listOffsets(added).all().get()).hasSameSizeAs(added));
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All committed records of a topic up to now. */
  public <T extends SpecificRecord> List<T> read(Topic<T> topic) {
    RecordDecoder<T> decoder = settings.decoder(topic);
    List<T> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records(topic.name())) {
      values.add(((Decoded.Value<T>) decoder.decode(record)).value());
    }
    return values;
  }

  /** All committed records of a topic up to now, as bytes. */
  public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer("test"))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < end.get(p))) {
        consumer.poll(Duration.ofMillis(100)).forEach(all::add);
      }
    }
    return all;
  }
}
