package io.dpostream.kafka.serde;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.settings.UserException;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.apache.avro.SystemLimitException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a topic's values one by one, so that a bad record can be set aside with its bytes, and is
 * told apart from an unreachable registry. Used by one thread at a time.
 */
public final class RecordDecoder<T extends SpecificRecord> {
  static {
    // Avro's own limits, for deserializers other than ours, which makes room for nothing unchecked.
    for (String limit :
        List.of(
            SystemLimitException.MAX_BYTES_LENGTH_PROPERTY,
            SystemLimitException.MAX_STRING_LENGTH_PROPERTY,
            SystemLimitException.MAX_COLLECTION_LENGTH_PROPERTY)) {
      if (System.getProperty(limit) == null) {
        System.setProperty(limit, Integer.toString(KafkaSettings.LARGEST_RECORD_BYTES));
      }
    }
  }

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
   * @throws RetriableException when the registry cannot be reached
   * @throws UserException when the registry refuses to answer, for example without a password
   */
  public Decoded<T> decode(byte @Nullable [] bytes) {
    if (bytes == null) {
      return new Decoded.Undecodable<>("no value");
    }
    Object value;
    try {
      value = deserializer.deserialize(topic.name(), bytes);
    } catch (RegistryException e) {
      if (!e.concernsTheSchema()) {
        throw new UserException(e.getMessage() + "; no record can be read without its schema", e);
      }
      return new Decoded.Undecodable<>(describe(e));
    } catch (SerializationException e) {
      if (isNetworkFailure(e)) {
        throw new RegistryUnavailableException("the schema registry cannot be reached", e);
      }
      return new Decoded.Undecodable<>(describe(e));
    } catch (RetriableException | InterruptException e) {
      throw e;
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return new Decoded.Undecodable<>(e.toString());
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
