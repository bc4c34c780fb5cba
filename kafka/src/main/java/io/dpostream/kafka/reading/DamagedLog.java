package io.dpostream.kafka.reading;

import io.dpostream.settings.UserException;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.CorruptRecordException;

/**
 * Names a part of a topic whose bytes are not those that were written, such as a segment on a bad
 * disk. A client only advises to seek past it, which would lose records unseen.
 */
public final class DamagedLog {
  private DamagedLog() {}

  /**
   * Polls a consumer.
   *
   * @throws UserException naming topic, partition and offset where the topic is damaged
   */
  public static ConsumerRecords<byte[], byte[]> poll(
      Consumer<byte[], byte[]> consumer, Duration timeout) {
    try {
      return consumer.poll(timeout);
    } catch (KafkaException e) {
      throw explained(e);
    }
  }

  static KafkaException explained(KafkaException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      boolean names = message.contains(" at offset ") || message.contains("fetching offset ");
      boolean damaged =
          cause instanceof CorruptRecordException
              || message.contains("is invalid, cause:")
              || message.contains("corrupt message");
      if (names && damaged) {
        throw new UserException(
            "a topic is damaged: %s; restore it from a replica or a backup".formatted(message), e);
      }
    }
    return e;
  }
}
