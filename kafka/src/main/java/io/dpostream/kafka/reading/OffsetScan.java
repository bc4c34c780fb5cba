package io.dpostream.kafka.reading;

import io.dpostream.kafka.writing.Retry;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads assigned partitions from where the consumer stands up to given offsets.
 *
 * @param consumer owned by the caller
 * @param retry tries again while no broker tells the consumer's position
 */
public record OffsetScan(Consumer<byte[], byte[]> consumer, Retry retry) {
  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * Hands over every record below the ends, in order within a partition.
   *
   * @param ends exclusive; markers and aborted records below them are passed over
   * @param betweenPolls called after each poll; it may throw to give up
   */
  public void read(
      Map<TopicPartition, Long> ends,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> handler,
      Runnable betweenPolls) {
    while (!hasReached(ends)) {
      for (ConsumerRecord<byte[], byte[]> record : DamagedLog.poll(consumer, POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < ends.getOrDefault(partition, Long.MAX_VALUE)) {
          handler.accept(record);
        }
      }
      betweenPolls.run();
    }
  }

  private boolean hasReached(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> retry.call(() -> consumer.position(end.getKey())) >= end.getValue());
  }
}
