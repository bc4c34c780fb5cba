package io.dpostream.kafka;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_DELETE;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;

import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates topics, and refuses existing ones that would lose records that are needed. */
final class TopicSetup {
  private static final String UNLIMITED = "-1";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long RETRY_MS = 50;

  /** Asked for offsets of a partition without a leader, the client asks again without a pause. */
  private static final int LEADER_TIMEOUT_MS = 500;

  private final Admin admin;

  TopicSetup(Admin admin) {
    this.admin = admin;
  }

  void ensure(List<Topic<?>> topics, String deadLetters, Map<String, String> deadLettersConfig) {
    Set<String> present = AdminAnswer.require(admin.listTopics().names());
    List<NewTopic> missing = new ArrayList<>();
    for (Topic<?> topic : topics) {
      missing.add(newTopic(topic.name(), topic.partitions(), topic.config()));
    }
    missing.add(newTopic(deadLetters, 1, deadLettersConfig));
    missing.removeIf(topic -> present.contains(topic.name()));
    admin.createTopics(missing).values().values().forEach(TopicSetup::awaitCreation);
    awaitLeaders(missing.stream().map(NewTopic::name).toList());

    List<Topic<?>> existing = topics.stream().filter(t -> present.contains(t.name())).toList();
    Map<String, Map<String, String>> configs = configs(existing);
    for (Topic<?> topic : existing) {
      loss(topic, configs.getOrDefault(topic.name(), Map.of()))
          .ifPresent(
              problem -> {
                throw new UserException(problem);
              });
    }
  }

  Map<String, Integer> partitions(Set<String> names) {
    Set<String> present = AdminAnswer.require(admin.listTopics().names());
    List<String> known = names.stream().filter(present::contains).toList();
    return AdminAnswer.require(admin.describeTopics(known).allTopicNames()).entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, topic -> topic.getValue().partitions().size()));
  }

  /**
   * Describes in one line what an existing topic would lose with its actual configuration, if
   * anything.
   */
  static Optional<String> loss(Topic<?> wanted, Map<String, String> actual) {
    boolean compacted = actual.getOrDefault(CLEANUP_POLICY_CONFIG, "").contains("compact");
    boolean deleted = actual.getOrDefault(CLEANUP_POLICY_CONFIG, "").contains("delete");
    boolean wantsCompaction =
        CLEANUP_POLICY_COMPACT.equals(wanted.config().get(CLEANUP_POLICY_CONFIG));
    boolean wantsEverything =
        wantsCompaction || UNLIMITED.equals(wanted.config().get(RETENTION_MS_CONFIG));
    if (compacted && !wantsCompaction) {
      return Optional.of(
          problem(
              wanted,
              CLEANUP_POLICY_CONFIG,
              actual,
              "compaction removes records that are needed",
              CLEANUP_POLICY_DELETE));
    }
    if (deleted && wantsEverything) {
      for (String limit : List.of(RETENTION_MS_CONFIG, RETENTION_BYTES_CONFIG)) {
        if (!UNLIMITED.equals(actual.getOrDefault(limit, UNLIMITED))) {
          return Optional.of(
              problem(wanted, limit, actual, "old records would be deleted", UNLIMITED));
        }
      }
    }
    return Optional.empty();
  }

  private static String problem(
      Topic<?> topic, String key, Map<String, String> actual, String why, String wanted) {
    return "topic %s: %s=%s, and %s; set it to %s with kafka-configs --alter --topic %s --add-config %s=%s"
        .formatted(topic.name(), key, actual.get(key), why, wanted, topic.name(), key, wanted);
  }

  private Map<String, Map<String, String>> configs(List<Topic<?>> topics) {
    List<ConfigResource> resources =
        topics.stream()
            .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
            .toList();
    return AdminAnswer.require(admin.describeConfigs(resources).all()).entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().name(),
                entry ->
                    entry.getValue().entries().stream()
                        .filter(config -> config.value() != null)
                        .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value))));
  }

  private static NewTopic newTopic(String name, int partitions, Map<String, String> config) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(config);
  }

  /**
   * Waits until the new topics can be written. A broker learns of a topic some time after its
   * creation; an idempotent producer whose first request comes too early, and whose second does
   * not, loses the first (KAFKA-15591, brokers before 4.5). A leader that answers knows the topic.
   */
  private void awaitLeaders(List<String> topics) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!haveLeaders(topics)) {
      if (System.nanoTime() - deadline > 0) {
        throw new UserException(
            "topics %s: created %d s ago, and no broker knows all of them; see the brokers' logs"
                .formatted(topics, PATIENCE.toSeconds()));
      }
      pause();
    }
  }

  /**
   * Whether every leader answers. The client logs an error for a topic that a broker does not know
   * yet, so that is checked first. The partitions are those that are there: another service may
   * have been faster, and may have wanted another number.
   */
  private boolean haveLeaders(List<String> topics) {
    if (!AdminAnswer.require(admin.listTopics().names()).containsAll(topics)) {
      return false;
    }
    try {
      Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
      for (TopicDescription topic :
          AdminAnswer.require(admin.describeTopics(topics).allTopicNames()).values()) {
        for (TopicPartitionInfo partition : topic.partitions()) {
          if (partition.leader() == null || partition.leader().isEmpty()) {
            return false;
          }
          partitions.put(
              new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
        }
      }
      AdminAnswer.await(
          admin
              .listOffsets(partitions, new ListOffsetsOptions().timeoutMs(LEADER_TIMEOUT_MS))
              .all());
      return true;
    } catch (UnknownTopicOrPartitionException | TimeoutException notYet) {
      return false;
    }
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_MS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static void awaitCreation(KafkaFuture<Void> creation) {
    try {
      AdminAnswer.require(creation);
    } catch (TopicExistsException anotherServiceWasFaster) {
      // the topic is there, which is all that was asked for
    }
  }
}
