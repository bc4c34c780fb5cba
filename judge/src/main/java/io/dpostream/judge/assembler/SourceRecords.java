package io.dpostream.judge.assembler;

import io.dpostream.kafka.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Restores records as they stood in their topics, even after the internal topic. */
final class SourceRecords {
  /** The key as it was; absent when there was none. */
  private static final String KEY = "dpo.source.key";

  private SourceRecords() {}

  /** A record that comes from its topic. */
  static ConsumerRecord<byte[], byte[]> of(Record<byte[], byte[]> input, RecordMetadata metadata) {
    return record(
        metadata.topic(),
        metadata.partition(),
        metadata.offset(),
        input.timestamp(),
        input.key(),
        input.value(),
        new RecordHeaders(input.headers()));
  }

  /** A source's headers, and in further ones where it stood and its key. */
  static Headers carried(ConsumerRecord<byte[], byte[]> source) {
    Headers headers = new RecordHeaders(source.headers());
    put(headers, DeadLetters.SOURCE_TOPIC, source.topic());
    put(headers, DeadLetters.SOURCE_PARTITION, Integer.toString(source.partition()));
    put(headers, DeadLetters.SOURCE_OFFSET, Long.toString(source.offset()));
    headers.remove(KEY);
    if (source.key() != null) {
      headers.add(KEY, source.key());
    }
    return headers;
  }

  /** The source whose headers were {@linkplain #carried carried}. */
  static ConsumerRecord<byte[], byte[]> restored(
      Headers carried, byte @Nullable [] value, long timestamp) {
    RecordHeaders headers = new RecordHeaders(carried);
    String topic = text(headers, DeadLetters.SOURCE_TOPIC).orElse("");
    int partition = text(headers, DeadLetters.SOURCE_PARTITION).map(Integer::parseInt).orElse(-1);
    long offset = text(headers, DeadLetters.SOURCE_OFFSET).map(Long::parseLong).orElse(-1L);
    Header key = headers.lastHeader(KEY);
    headers.remove(DeadLetters.SOURCE_TOPIC);
    headers.remove(DeadLetters.SOURCE_PARTITION);
    headers.remove(DeadLetters.SOURCE_OFFSET);
    headers.remove(KEY);
    return record(
        topic, partition, offset, timestamp, key == null ? null : key.value(), value, headers);
  }

  /** What a record takes, but for a few bytes. */
  static int bytes(ConsumerRecord<byte[], byte[]> record) {
    int bytes = length(record.key()) + length(record.value());
    for (Header header : record.headers()) {
      bytes += header.key().length() + length(header.value());
    }
    return bytes;
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  /** A record of whose size nothing is known. */
  static ConsumerRecord<byte[], byte[]> record(
      String topic,
      int partition,
      long offset,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers) {
    return new ConsumerRecord<>(
        topic,
        partition,
        offset,
        timestamp,
        TimestampType.CREATE_TIME,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        key,
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
