package io.dpostream.judge.assembler;

import io.dpostream.schemas.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Carries where a record stood, and its key, through the internal topic in headers. */
final class SourceHeaders {
  /** The key as it was; absent when there was none. */
  private static final String KEY = "dpo.source.key";

  private SourceHeaders() {}

  /** Headers of a record with its source added. */
  static Headers of(Record<byte[], byte[]> input, RecordMetadata source) {
    Headers headers = new RecordHeaders(input.headers());
    put(headers, DeadLetters.SOURCE_TOPIC, source.topic());
    put(headers, DeadLetters.SOURCE_PARTITION, Integer.toString(source.partition()));
    put(headers, DeadLetters.SOURCE_OFFSET, Long.toString(source.offset()));
    headers.remove(KEY);
    if (input.key() != null) {
      headers.add(KEY, input.key());
    }
    return headers;
  }

  /** The record as it stood in its source. */
  static ConsumerRecord<byte[], byte[]> source(Headers carried, byte[] value, long timestamp) {
    RecordHeaders headers = new RecordHeaders(carried);
    String topic = text(headers, DeadLetters.SOURCE_TOPIC).orElse("");
    int partition = text(headers, DeadLetters.SOURCE_PARTITION).map(Integer::parseInt).orElse(-1);
    long offset = text(headers, DeadLetters.SOURCE_OFFSET).map(Long::parseLong).orElse(-1L);
    Header key = headers.lastHeader(KEY);
    headers.remove(DeadLetters.SOURCE_TOPIC);
    headers.remove(DeadLetters.SOURCE_PARTITION);
    headers.remove(DeadLetters.SOURCE_OFFSET);
    headers.remove(KEY);
    return new ConsumerRecord<>(
        topic,
        partition,
        offset,
        timestamp,
        TimestampType.CREATE_TIME,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        key == null ? null : key.value(),
        value,
        headers,
        Optional.empty());
  }

  private static Optional<String> text(Headers headers, String key) {
    return Optional.ofNullable(headers.lastHeader(key))
        .map(header -> new String(header.value(), StandardCharsets.UTF_8));
  }

  private static void put(Headers headers, String key, String value) {
    headers.remove(key).add(key, value.getBytes(StandardCharsets.UTF_8));
  }
}
