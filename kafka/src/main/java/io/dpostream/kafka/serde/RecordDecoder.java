package io.dpostream.kafka.serde;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import java.io.EOFException;
import java.io.IOException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a topic's values one by one, so that a bad record can be set aside with its bytes, and is
 * told apart from an unreachable registry. Used by one thread at a time.
 */
public final class RecordDecoder<T extends SpecificRecord> {
  private final Topic<T> topic;
  private final Deserializer<?> deserializer;

  /** Creates a decoder of one topic's values; normally called by {@link KafkaSettings#decoder}. */
  public RecordDecoder(Topic<T> topic, Deserializer<?> deserializer) {
    this.topic = topic;
    this.deserializer = deserializer;
  }

  /** Decodes a record's value; see {@link #decode(byte[])}. */
  public Decoded<T> decode(ConsumerRecord<byte[], byte[]> source) {
    return decode(source.value());
  }

  /**
   * Decodes bytes into a value, or into the reason why there is none.
   *
   * @throws org.apache.kafka.common.errors.RetriableException when the registry cannot be reached
   */
  public Decoded<T> decode(byte @Nullable [] bytes) {
    if (bytes == null) {
      return new Decoded.Undecodable<>("no value");
    }
    Object value;
    try {
      value = deserializer.deserialize(topic.name(), bytes);
    } catch (SerializationException e) {
      if (isNetworkFailure(e)) {
        throw new RegistryUnavailableException("the schema registry cannot be reached", e);
      }
      return new Decoded.Undecodable<>(describe(e));
    }
    if (!topic.type().isInstance(value)) {
      return new Decoded.Undecodable<>(
          "holds " + value.getClass().getName() + ", not " + topic.type().getName());
    }
    return new Decoded.Value<>(topic.type().cast(value));
  }

  /**
   * Finds the I/O failure by which Confluent's deserializer reports that it cannot reach the
   * registry.
   */
  private static boolean isNetworkFailure(SerializationException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException && !(cause instanceof EOFException)) {
        return true;
      }
    }
    return false;
  }

  private static String describe(Throwable e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
