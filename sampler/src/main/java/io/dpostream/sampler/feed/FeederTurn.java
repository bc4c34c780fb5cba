package io.dpostream.sampler.feed;

import io.dpostream.kafka.KafkaSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Decides which of several processes feeds: they form a consumer group, and whoever is given the
 * first partition of prompts has the turn, until it ends or falls silent. Nothing is read. Used by
 * one thread.
 */
final class FeederTurn implements AutoCloseable {
  private static final int SESSION_MS = 6000; // the shortest that brokers allow
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private boolean mine;

  FeederTurn(KafkaSettings kafka, String groupId) {
    Map<String, Object> config = kafka.consumer(PromptFeeder.clientId(groupId));
    config.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CLASSIC.name());
    config.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MS);
    config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, SESSION_MS / 5);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest"); // nothing is read
    this.consumer = new KafkaConsumer<>(config);
    this.topic = kafka.topics().prompts().name();
    consumer.subscribe(List.of(topic), new Changes());
  }

  /** Whether it is this process's turn; to be asked all the time. */
  boolean isMine(Duration patience) {
    consumer.poll(patience);
    return mine;
  }

  /** Lets others have the turn at once. */
  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
  }

  private final class Changes implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      consumer.pause(added);
      mine = mine || added.contains(first());
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> taken) {
      mine = mine && !taken.contains(first());
    }

    private TopicPartition first() {
      return new TopicPartition(topic, 0);
    }
  }
}
