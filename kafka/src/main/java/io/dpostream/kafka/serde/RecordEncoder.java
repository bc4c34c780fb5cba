package io.dpostream.kafka.serde;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Encodes records for a producer of bytes, so that records of several topics and dead letters can
 * share one transaction. Used by one thread at a time.
 */
public final class RecordEncoder {
  private final Serializer<? super SpecificRecord> serializer;

  /** Creates an encoder; normally called by {@link KafkaSettings#encoder}. */
  public RecordEncoder(Serializer<? super SpecificRecord> serializer) {
    this.serializer = serializer;
  }

  /**
   * Encodes a record for the topic's partition that the key selects.
   *
   * @throws org.apache.kafka.common.errors.RetriableException when the registry cannot be reached
   * @throws org.apache.kafka.common.errors.SerializationException when the value does not fit its
   *     schema, or the registry refuses the schema
   */
  public <T extends SpecificRecord> ProducerRecord<byte[], byte[]> encode(
      Topic<T> topic, String key, T value) {
    return new ProducerRecord<>(
        topic.name(),
        key.getBytes(StandardCharsets.UTF_8),
        serializer.serialize(topic.name(), value));
  }
}
