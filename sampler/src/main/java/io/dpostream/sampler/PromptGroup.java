package io.dpostream.sampler;

import static java.util.stream.Collectors.joining;

import io.dpostream.kafka.AdminAnswer;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.DamagedLog;
import io.dpostream.kafka.reading.TopicTail;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.sampler.pacing.Share;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sampler's place in the consumer group that shares a run's prompts, and the prompts that it
 * has read ahead. It reads from where the group last committed, or from the beginning, and never
 * commits by itself. {@link #poll} is to be called all the time, also while nothing is wanted:
 * whoever does not poll loses its place. Used by one thread.
 */
final class PromptGroup implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PromptGroup.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** Tells a dead member by its silence; heartbeats come from a thread of the client's own. */
  private static final int HEARTBEATS_IN_A_SESSION = 5;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String groupId;
  private final String instance;
  private final Topic<Prompt> own;
  private final PromptTopics topics;
  private final Fencing fencing;
  private final Retry retry;
  private final ArrayDeque<FetchedPrompt> fetched = new ArrayDeque<>();
  private final Map<TopicPartition, Long> tenures = new HashMap<>();
  private long lastTenure;
  private long changes;
  private int partitions = 1;
  private boolean replaced;

  /**
   * @param instance names this member: a newer one of the same name takes its place
   */
  PromptGroup(
      KafkaSettings kafka,
      String groupId,
      String instance,
      PromptTopics topics,
      SamplerConfig config,
      Fencing fencing,
      Retry retry) {
    Map<String, Object> consuming = kafka.consumer(groupId + "-" + instance);
    consuming.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    consuming.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
    consuming.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CLASSIC.name());
    // Whoever keeps a partition goes on with it while others come and go.
    consuming.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    consuming.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, config.sessionTimeoutMs());
    consuming.put(
        ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
        config.sessionTimeoutMs() / HEARTBEATS_IN_A_SESSION);
    consuming.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, config.batchSize());
    this.consumer = new KafkaConsumer<>(consuming);
    this.groupId = groupId;
    this.instance = instance;
    this.own = kafka.topics().prompts();
    this.topics = topics;
    this.fencing = fencing;
    this.retry = retry;
  }

  /** Asks for a share of the prompts; it comes with a later poll. */
  void join() {
    retry.call(() -> TopicTail.partitions(consumer, own));
    consumer.subscribe(topics.pattern(), new Ownership());
  }

  /**
   * Keeps the place in the group, and reads on unless enough is read ahead.
   *
   * @param enough prompts
   * @throws UserException when a newer sampler of the same name has taken this one's place
   */
  void poll(Duration timeout, int enough) {
    if (fetched.size() >= enough) {
      consumer.pause(consumer.assignment());
    } else {
      consumer.resume(consumer.paused());
    }
    try {
      for (ConsumerRecord<byte[], byte[]> source : DamagedLog.poll(consumer, timeout)) {
        TopicPartition partition = new TopicPartition(source.topic(), source.partition());
        fetched.add(new FetchedPrompt(source, tenures.getOrDefault(partition, 0L)));
      }
    } catch (NoOffsetForPartitionException e) {
      consumer.seekToBeginning(e.partitions());
    } catch (FencedInstanceIdException e) {
      replaced = true;
      throw fencing.takenOver(e);
    }
  }

  /** Number of prompts that were read ahead. */
  int ahead() {
    return fetched.size();
  }

  /** Takes the next prompts, up to a limit. */
  List<FetchedPrompt> take(int most) {
    List<FetchedPrompt> taken = new ArrayList<>();
    while (taken.size() < most && !fetched.isEmpty()) {
      taken.add(fetched.remove());
    }
    return taken;
  }

  /** Puts back prompts that were taken, to be taken again before all others. */
  void giveBack(List<FetchedPrompt> prompts) {
    for (int i = prompts.size() - 1; i >= 0; i--) {
      if (holds(prompts.get(i))) {
        fetched.addFirst(prompts.get(i));
      }
    }
  }

  /** Whether a prompt has been this member's business all the time since it was read. */
  boolean holds(FetchedPrompt prompt) {
    return tenures.getOrDefault(prompt.partition(), -1L) == prompt.tenure();
  }

  /** The part of the prompts' partitions that is this member's. */
  Share share() {
    int all = Math.max(partitions, tenures.size());
    return new Share(tenures.size(), all);
  }

  /** Grows whenever partitions may have changed hands. */
  long changes() {
    return changes;
  }

  /** The place in the group, to commit for. */
  ConsumerGroupMetadata metadata() {
    return consumer.groupMetadata();
  }

  /** The offsets to commit once these prompts are done. */
  static Map<TopicPartition, OffsetAndMetadata> offsetsAfter(List<FetchedPrompt> prompts) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (FetchedPrompt prompt : prompts) {
      offsets.put(prompt.partition(), new OffsetAndMetadata(prompt.source().offset() + 1));
    }
    return offsets;
  }

  /**
   * Goes back to what the group has committed, after a commit failed; everything that was taken is
   * void. To be called when no transaction of this member is open any more.
   */
  void rewind() {
    fetched.clear();
    changes++;
    Set<TopicPartition> assigned = consumer.assignment();
    assigned.forEach(partition -> tenures.put(partition, ++lastTenure));
    if (assigned.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> committed =
        retry.call(() -> consumer.committed(assigned));
    for (TopicPartition partition : assigned) {
      OffsetAndMetadata offset = committed.get(partition);
      if (offset == null) {
        consumer.seekToBeginning(List.of(partition));
      } else {
        consumer.seek(partition, offset.offset());
      }
    }
  }

  /**
   * Whether another member has taken this one's name. A broker also fences a writer that was silent
   * for too long, which is no reason to give way to anybody.
   */
  boolean isReplaced(Admin admin) {
    String own = consumer.groupMetadata().memberId();
    replaced =
        members(admin).stream()
            .filter(member -> member.groupInstanceId().filter(instance::equals).isPresent())
            .anyMatch(member -> !member.consumerId().equals(own));
    return replaced;
  }

  /** This member's place among all, in the order of their names, from 0. */
  long place(Admin admin) {
    return members(admin).stream()
        .filter(member -> member.groupInstanceId().orElse("").compareTo(instance) < 0)
        .count();
  }

  private List<MemberDescription> members(Admin admin) {
    return AdminAnswer.await(admin.describeConsumerGroups(List.of(groupId)).all()).values().stream()
        .flatMap(described -> described.members().stream())
        .toList();
  }

  /** Leaves the group, so that others have the partitions at once; not in a successor's place. */
  @Override
  public void close() {
    consumer.close(
        CloseOptions.timeout(CLOSE_LIMIT)
            .withGroupMembershipOperation(
                replaced
                    ? GroupMembershipOperation.REMAIN_IN_GROUP
                    : GroupMembershipOperation.LEAVE_GROUP));
  }

  /** Follows which partitions are this member's. */
  private final class Ownership implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> added) {
      changes++;
      partitions = topics.partitions(consumer, retry);
      added.forEach(partition -> tenures.put(partition, ++lastTenure));
      log.info(
          "sampler {} has {} of {} partitions of prompts: {}",
          instance,
          tenures.size(),
          partitions,
          tenures.keySet().stream().map(String::valueOf).sorted().collect(joining(", ")));
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> taken) {
      changes++;
      taken.forEach(tenures::remove);
      fetched.removeIf(prompt -> !holds(prompt));
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> lost) {
      log.warn("sampler {} was silent for too long and has lost its place", instance);
      onPartitionsRevoked(lost);
    }
  }
}
