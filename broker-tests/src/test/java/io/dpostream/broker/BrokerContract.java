package io.dpostream.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.TransactionVersion;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the pipeline relies on in any broker. */
abstract class BrokerContract {
  private final String prefix = "t" + UUID.randomUUID() + ".";

  /** Address of the broker under test. */
  abstract String bootstrapServers();

  @Test
  void shouldCreateTopicsThatKeepWhatIsNeeded() throws Exception {
    Topics topics = settings().topics();
    try (Admin admin = settings().admin()) {
      topics.ensure(admin);
      assertThat(admin.listTopics().names().get())
          .contains(topics.preferences().name(), topics.deadLetters());
      assertThat(config(admin, topics.preferences().name()))
          .containsEntry("retention.ms", "-1")
          .containsEntry("cleanup.policy", "delete");
      assertThat(config(admin, topics.policyVersions().name()))
          .containsEntry("cleanup.policy", "compact");
      topics.ensure(admin); // finds them and agrees
    }
  }

  /** Guards the wait for leaders: without it, 58 of 60 deployments had topics that failed here. */
  @Test
  void shouldCreateTopicsThatCanBeWrittenAtOnce() throws Exception {
    Map<String, Object> impatient = Map.of("bootstrap.servers", bootstrapServers(), "retries", 0);
    try (Admin admin = settings().admin();
        Admin once = Admin.create(impatient)) {
      for (int deployment = 0; deployment < 10; deployment++) {
        Topics topics = new Topics(prefix + deployment + ".");
        topics.ensure(admin);
        Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        partitions.put(new TopicPartition(topics.deadLetters(), 0), OffsetSpec.latest());
        topics
            .all()
            .forEach(
                topic -> partitions.put(new TopicPartition(topic.name(), 0), OffsetSpec.latest()));
        assertThat(once.listOffsets(partitions).all().get()).hasSameSizeAs(partitions);
      }
    }
  }

  @Test
  void shouldWarnOnceOfTransactionsWithoutAnEpochEach() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(TransactionVersion.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    logger.setLevel(Level.WARN);
    try (Admin admin = settings().admin()) {
      settings().topics().ensure(admin);
      assertThat(logged.list).isEmpty(); // a broker that was formatted new has level 2
      setTransactionVersion(admin, 1, UpgradeType.SAFE_DOWNGRADE);
      try {
        await().until(() -> TransactionVersion.problem(admin).isPresent());
        settings().topics().ensure(admin);
        settings().topics().ensure(admin); // as the next service of the process does
      } finally {
        setTransactionVersion(admin, 2, UpgradeType.UPGRADE);
        await().until(() -> TransactionVersion.problem(admin).isEmpty());
      }
      assertThat(logged.list)
          .singleElement()
          .satisfies(
              event ->
                  assertThat(event.getFormattedMessage())
                      .startsWith("Kafka's feature transaction.version is 1 and should be 2"));
    } finally {
      logger.setLevel(null);
      logger.detachAppender(logged);
    }
  }

  private static void setTransactionVersion(Admin admin, int level, UpgradeType type)
      throws Exception {
    admin
        .updateFeatures(
            Map.of("transaction.version", new FeatureUpdate((short) level, type)),
            new UpdateFeaturesOptions())
        .all()
        .get();
  }

  @Test
  void shouldRefuseATopicThatLosesPreferences() throws Exception {
    Topics topics = settings().topics();
    try (Admin admin = settings().admin()) {
      create(admin, topics.preferences().name(), Map.of("retention.ms", "1000"));
      assertThatExceptionOfType(UserException.class)
          .isThrownBy(() -> topics.ensure(admin))
          .withMessageStartingWith(
              "topic " + topics.preferences().name() + ": retention.ms=1000, and");
    }
  }

  @Test
  void shouldHideAbortedRecordsAndLeaveGapsForTheirMarkers() throws Exception {
    String topic = newTopic();
    try (var producer = transactional("tx")) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(record(topic, "aborted"));
      producer.flush();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(record(topic, "committed"));
      producer.commitTransaction();
    }
    try (var consumer = consumer(topic)) {
      List<ConsumerRecord<byte[], byte[]>> records = poll(consumer, 1);
      assertThat(records).extracting(r -> new String(r.value())).containsExactly("committed");
      // aborted record 0, its marker 1, committed record 2, its marker 3: the next offset is 4
      assertThat(records.get(0).offset()).isEqualTo(2);
      assertThat(consumer.endOffsets(consumer.assignment()).values()).containsExactly(4L);
    }
  }

  @Test
  void shouldFenceTheOlderProducerOfATransactionalId() throws Exception {
    String topic = newTopic();
    try (var older = transactional("run");
        var newer = transactional("run")) {
      older.initTransactions();
      newer.initTransactions();
      older.beginTransaction();
      // the partition's leader and the coordinator word the same refusal differently
      assertThatThrownBy(
              () -> {
                older.send(record(topic, "late"));
                older.commitTransaction();
              })
          .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
      newer.beginTransaction();
      newer.send(record(topic, "in time"));
      newer.commitTransaction();
    }
    try (var consumer = consumer(topic)) {
      assertThat(poll(consumer, 1))
          .extracting(r -> new String(r.value()))
          .containsExactly("in time");
    }
  }

  @Test
  void shouldNotGuessWhereToStart() throws Exception {
    String topic = newTopic();
    Map<String, Object> config = settings().consumer("test");
    config.put("group.id", "g" + UUID.randomUUID());
    try (var consumer = new KafkaConsumer<byte[], byte[]>(config)) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      assertThatExceptionOfType(NoOffsetForPartitionException.class)
          .isThrownBy(() -> consumer.poll(Duration.ofSeconds(10)));
    }
  }

  @Test
  void shouldRedeliverWhatAShareGroupReleases() throws Exception {
    String topic = newTopic();
    String group = "g" + UUID.randomUUID();
    try (Admin admin = settings().admin()) {
      assertThat(admin.describeFeatures().featureMetadata().get().finalizedFeatures())
          .containsKey("share.version");
      ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
      AlterConfigOp earliest =
          new AlterConfigOp(
              new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
      admin.incrementalAlterConfigs(Map.of(resource, List.of(earliest))).all().get();
    }
    try (var producer = bytes(settings().producer("test"))) {
      producer.send(record(topic, "work")).get();
    }
    Map<String, Object> config = settings().consumer("share");
    List.of("isolation.level", "enable.auto.commit", "auto.offset.reset").forEach(config::remove);
    config.put("group.id", group);
    config.put("share.acknowledgement.mode", "explicit");
    List<Short> deliveries = new ArrayList<>();
    try (var consumer = new KafkaShareConsumer<byte[], byte[]>(config)) {
      consumer.subscribe(List.of(topic));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> record :
                    consumer.poll(Duration.ofMillis(200))) {
                  short delivery = record.deliveryCount().orElseThrow();
                  deliveries.add(delivery);
                  consumer.acknowledge(
                      record, delivery == 1 ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT);
                }
                consumer.commitSync();
                return deliveries.size() == 2;
              });
    }
    assertThat(deliveries).containsExactly((short) 1, (short) 2);
  }

  private KafkaSettings settings() {
    return new KafkaSettings(bootstrapServers(), "http://localhost:1", prefix, Map.of());
  }

  private String newTopic() throws Exception {
    String topic = prefix + "topic";
    try (Admin admin = settings().admin()) {
      create(admin, topic, Map.of());
    }
    return topic;
  }

  private static void create(Admin admin, String topic, Map<String, String> config)
      throws Exception {
    admin
        .createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(config)))
        .all()
        .get(60, TimeUnit.SECONDS);
  }

  private static Map<String, String> config(Admin admin, String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<String, String> config = new HashMap<>();
    admin
        .describeConfigs(List.of(resource))
        .all()
        .get()
        .get(resource)
        .entries()
        .forEach(entry -> config.put(entry.name(), entry.value()));
    return config;
  }

  private KafkaProducer<byte[], byte[]> transactional(String id) {
    return bytes(settings().transactionalProducer("test", prefix + id));
  }

  private static KafkaProducer<byte[], byte[]> bytes(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, String value) {
    return new ProducerRecord<>(topic, value.getBytes());
  }

  private KafkaConsumer<byte[], byte[]> consumer(String topic) {
    var consumer = new KafkaConsumer<byte[], byte[]>(settings().consumer("test"));
    consumer.assign(List.of(new TopicPartition(topic, 0)));
    consumer.seekToBeginning(consumer.assignment());
    return consumer;
  }

  private static List<ConsumerRecord<byte[], byte[]>> poll(
      KafkaConsumer<byte[], byte[]> consumer, int count) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              consumer.poll(Duration.ofMillis(100)).forEach(records::add);
              return records.size() >= count;
            });
    return records;
  }
}
