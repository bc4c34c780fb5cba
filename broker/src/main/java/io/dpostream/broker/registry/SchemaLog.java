package io.dpostream.broker.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The registry's log: the compacted topic {@code _schemas} in the record format of Confluent's
 * registry, which can therefore take over from this one. One writer.
 */
final class SchemaLog implements RegistryApi.Log, AutoCloseable {
  private static final String TOPIC = "_schemas";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Map<String, Object> client;
  private final Producer<String, String> producer;

  /** Opens the log, creating its topic when it is missing; waits for the broker. */
  SchemaLog(String bootstrapServers) throws ExecutionException, InterruptedException {
    client =
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            "200");
    createTopic();
    producer =
        new KafkaProducer<>(
            with(client, Map.of(ProducerConfig.ACKS_CONFIG, "all")),
            new StringSerializer(),
            new StringSerializer());
  }

  /** Reads the log from its beginning to its current end. */
  void replay(SchemaCatalog into) throws JsonProcessingException {
    Map<String, Object> config =
        with(client, Map.of(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false"));
    try (Consumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
      while (consumer.position(PARTITION) < end) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.value() != null) {
            apply(MAPPER.readTree(record.key()), MAPPER.readTree(record.value()), into);
          }
        }
      }
    }
  }

  /** Writes a registration; returns when it is durable. */
  @Override
  public void append(SchemaVersion registered) {
    ObjectNode key =
        MAPPER
            .createObjectNode()
            .put("keytype", "SCHEMA")
            .put("subject", registered.subject())
            .put("version", registered.version())
            .put("magic", 1);
    ObjectNode value =
        MAPPER
            .createObjectNode()
            .put("subject", registered.subject())
            .put("version", registered.version())
            .put("id", registered.id())
            .put("schema", registered.schema().toString())
            .put("deleted", false);
    send(key, value);
  }

  /**
   * Writes the compatibility level of a subject, or of all subjects that have none of their own.
   */
  @Override
  public void append(Optional<String> subject, Compatibility level) {
    ObjectNode key = MAPPER.createObjectNode().put("keytype", "CONFIG");
    subject.ifPresentOrElse(name -> key.put("subject", name), () -> key.putNull("subject"));
    key.put("magic", 0);
    send(key, MAPPER.createObjectNode().put("compatibilityLevel", level.name()));
  }

  private static void apply(JsonNode key, JsonNode value, SchemaCatalog into) {
    switch (key.path("keytype").asText()) {
      case "SCHEMA" ->
          into.apply(
              new SchemaVersion(
                  value.path("subject").asText(),
                  value.path("version").asInt(),
                  value.path("id").asInt(),
                  new Schema.Parser().parse(value.path("schema").asText())));
      case "CONFIG" ->
          into.apply(
              Optional.ofNullable(key.path("subject").textValue()),
              Compatibility.of(value.path("compatibilityLevel").asText()));
      default -> {
        // Confluent's registry writes more kinds, such as NOOP, that mean nothing here
      }
    }
  }

  private void send(ObjectNode key, ObjectNode value) {
    try {
      producer.send(new ProducerRecord<>(TOPIC, 0, key.toString(), value.toString())).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryError(503, 50003, "interrupted while writing");
    } catch (ExecutionException e) {
      throw new RegistryError(503, 50001, "cannot write to Kafka: " + e.getCause());
    }
  }

  private void createTopic() throws ExecutionException, InterruptedException {
    NewTopic topic =
        new NewTopic(TOPIC, Optional.of(1), Optional.empty())
            .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    // The broker starts at the same time as the registry, and can be slow on a busy machine.
    Map<String, Object> patient =
        with(client, Map.of(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "240000"));
    try (Admin admin = Admin.create(patient)) {
      admin.createTopics(List.of(topic)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static Map<String, Object> with(Map<String, Object> base, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(base);
    config.putAll(more);
    return config;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
