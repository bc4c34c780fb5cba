package io.dpostream.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Makes the records of the dead-letters topic: key, value and headers byte for byte, and four more
 * headers that say where the record came from and why it could not be processed. All header values
 * are UTF-8 text.
 */
public final class DeadLetters {
  /** Header: the topic that the record came from. */
  public static final String SOURCE_TOPIC = "dpo.source.topic";

  /** Header: its partition, in decimal. */
  public static final String SOURCE_PARTITION = "dpo.source.partition";

  /** Header: its offset, in decimal. */
  public static final String SOURCE_OFFSET = "dpo.source.offset";

  /** Header: why it could not be processed. */
  public static final String ERROR = "dpo.error";

  private final String topic;

  /** Makes the dead letters of a deployment. */
  public DeadLetters(Topics topics) {
    this.topic = topics.deadLetters();
  }

  /** Makes the dead letter of a record. */
  public ProducerRecord<byte[], byte[]> record(
      ConsumerRecord<byte[], byte[]> source, String error) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(topic, null, source.key(), source.value(), source.headers());
    Headers headers = letter.headers();
    put(headers, SOURCE_TOPIC, source.topic());
    put(headers, SOURCE_PARTITION, Integer.toString(source.partition()));
    put(headers, SOURCE_OFFSET, Long.toString(source.offset()));
    put(headers, ERROR, error);
    return letter;
  }

  private static void put(Headers headers, String key, String value) {
    headers.remove(key).add(key, value.getBytes(StandardCharsets.UTF_8));
  }
}
