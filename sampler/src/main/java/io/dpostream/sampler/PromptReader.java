package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.DamagedLog;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.schemas.Prompt;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads prompts in partition order, from where the run's sampler last committed, or from the
 * beginning. It never commits by itself. Used by one thread.
 */
final class PromptReader implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final RecordDecoder<Prompt> decoder;
  private final Topic<Prompt> topic;
  private final Retry retry;
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();

  PromptReader(KafkaSettings kafka, String groupId, Retry retry) {
    Map<String, Object> config = kafka.consumer(groupId);
    config.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    this.consumer = new KafkaConsumer<>(config);
    this.topic = kafka.topics().prompts();
    this.decoder = kafka.decoder(topic);
    this.retry = retry;
  }

  /** Seeks to the committed offsets; call it once the transactions of older samplers have ended. */
  void seekToCommitted() {
    List<TopicPartition> partitions = retry.call(() -> TopicTail.partitions(consumer, topic));
    consumer.assign(partitions);
    Map<TopicPartition, OffsetAndMetadata> committed =
        retry.call(() -> consumer.committed(Set.copyOf(partitions)));
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata offset = committed.get(partition);
      if (offset == null) {
        consumer.seekToBeginning(List.of(partition));
      } else {
        consumer.seek(partition, offset.offset());
      }
    }
  }

  /** Returns the next prompts, up to a limit; empty when none arrived in time. */
  List<PromptRecord> take(int most, Duration timeout) {
    if (fetched.isEmpty()) {
      DamagedLog.poll(consumer, timeout).forEach(fetched::add);
    }
    List<PromptRecord> taken = new ArrayList<>();
    while (taken.size() < most && !fetched.isEmpty()) {
      ConsumerRecord<byte[], byte[]> source = fetched.remove();
      taken.add(new PromptRecord(source, retry.call(() -> decoder.decode(source))));
    }
    return taken;
  }

  /** The offsets to commit once these records are done. */
  static Map<TopicPartition, OffsetAndMetadata> offsetsAfter(List<PromptRecord> records) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (PromptRecord record : records) {
      ConsumerRecord<byte[], byte[]> source = record.source();
      offsets.put(
          new TopicPartition(source.topic(), source.partition()),
          new OffsetAndMetadata(source.offset() + 1));
    }
    return offsets;
  }

  /** The consumer group to commit for. */
  ConsumerGroupMetadata group() {
    return consumer.groupMetadata();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
