package io.dpostream.kafka;

import static org.apache.kafka.clients.CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG;
import static org.apache.kafka.clients.CommonClientConfigs.CLIENT_ID_CONFIG;
import static org.apache.kafka.clients.CommonClientConfigs.METADATA_RECOVERY_REBOOTSTRAP_TRIGGER_MS_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.AUTO_OFFSET_RESET_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.ISOLATION_LEVEL_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG;
import static org.apache.kafka.clients.consumer.ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.ACKS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.MAX_REQUEST_SIZE_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.TRANSACTIONAL_ID_CONFIG;
import static org.apache.kafka.clients.producer.ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG;

import io.dpostream.kafka.serde.AvroDeserializer;
import io.dpostream.kafka.serde.AvroSerializer;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.kafka.serde.RegistryProbe;
import io.dpostream.kafka.serde.SerdeConfig;
import io.dpostream.settings.Secrets;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Where Kafka and the schema registry are, and how every client of ours is configured.
 *
 * @param bootstrapServers brokers to start from, {@code host:port,...}
 * @param schemaRegistryUrl address of a Confluent-compatible schema registry
 * @param topicPrefix put before every topic's name; may be empty
 * @param properties further client properties, by Kafka's and Confluent's names, for example {@code
 *     security.protocol} or {@code auto.register.schemas}; {@code value.serializer} and {@code
 *     value.deserializer} name the Avro serde; values may refer to the environment or to a file,
 *     see {@link PropertyReferences}
 */
public record KafkaSettings(
    String bootstrapServers,
    String schemaRegistryUrl,
    String topicPrefix,
    Map<String, String> properties) {

  /**
   * Twice Kafka's default, so that a record of the default size fits with its dead letter's
   * headers.
   */
  public static final int LARGEST_RECORD_BYTES = 2 * 1024 * 1024;

  /**
   * A client that was told of no broker, as by one that is fenced for a moment, begins again with
   * the bootstrap servers after this; Kafka's own default is five minutes.
   */
  private static final int FORGET_BROKERS_MS = 5_000;

  /**
   * Settings that the pipeline's guarantees depend on, and that may therefore not be overridden.
   */
  private static final List<String> FIXED =
      List.of(
          BOOTSTRAP_SERVERS_CONFIG,
          SerdeConfig.REGISTRY_URL,
          SerdeConfig.SPECIFIC_READER,
          ACKS_CONFIG,
          ENABLE_IDEMPOTENCE_CONFIG,
          TRANSACTIONAL_ID_CONFIG,
          ISOLATION_LEVEL_CONFIG,
          ENABLE_AUTO_COMMIT_CONFIG,
          AUTO_OFFSET_RESET_CONFIG,
          KEY_SERIALIZER_CLASS_CONFIG,
          KEY_DESERIALIZER_CLASS_CONFIG);

  public KafkaSettings {
    if (!bootstrapServers.matches("\\s*[^\\s,/]+:\\d{1,5}\\s*(,\\s*[^\\s,/]+:\\d{1,5}\\s*)*")) {
      throw new UserException(
          "bootstrap.servers: '" + bootstrapServers + "' is not host:port, or several with commas");
    }
    if (!schemaRegistryUrl.matches("https?://[^\\s/]\\S*|\\$\\{\\S+}")) {
      throw new UserException(
          "schema.registry.url: '"
              + Secrets.withoutUser(schemaRegistryUrl)
              + "' is not an http address, such as http://localhost:8081");
    }
    new Topics(topicPrefix);
    properties = Map.copyOf(properties);
    for (String key : FIXED) {
      if (properties.containsKey(key)) {
        throw new UserException(
            key + ": '" + properties.get(key) + "' cannot be set as a property; remove it");
      }
    }
    ClientProperties.check(properties);
  }

  /** The topics of this deployment. */
  public Topics topics() {
    return new Topics(topicPrefix);
  }

  /**
   * Returns the configuration of an idempotent producer with string keys and Avro values. For a
   * producer of bytes, give byte-array serializers to its constructor and encode with {@link
   * #encoder}.
   */
  public Map<String, Object> producer(String clientId) {
    Map<String, Object> config = client(clientId);
    config.put(ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ACKS_CONFIG, "all");
    config.putIfAbsent(MAX_REQUEST_SIZE_CONFIG, LARGEST_RECORD_BYTES);
    config.put(KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class.getName());
    config.putIfAbsent(VALUE_SERIALIZER_CLASS_CONFIG, AvroSerializer.class.getName());
    return config;
  }

  /** Returns a producer's configuration that takes a transactional id over from whoever held it. */
  public Map<String, Object> transactionalProducer(String clientId, String transactionalId) {
    Map<String, Object> config = producer(clientId);
    config.put(TRANSACTIONAL_ID_CONFIG, transactionalId);
    return config;
  }

  /**
   * Returns the configuration of a consumer of bytes, to be decoded with {@link #decoder}:
   * committed records only, offsets kept by the caller, an error where no offset is known.
   */
  public Map<String, Object> consumer(String clientId) {
    Map<String, Object> config = client(clientId);
    config.put(ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(AUTO_OFFSET_RESET_CONFIG, "none");
    config.put(ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    config.put(VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    return config;
  }

  /** The further client properties, with what their references refer to. */
  public Map<String, String> resolvedProperties() {
    return PropertyReferences.resolve(properties);
  }

  /** Creates an admin client, owned by the caller. */
  public Admin admin() {
    return Admin.create(client("dpo-admin"));
  }

  /** Creates a decoder of a topic's values. */
  public <T extends SpecificRecord> RecordDecoder<T> decoder(Topic<T> topic) {
    return new RecordDecoder<>(topic, deserializer());
  }

  /** Creates a probe of the schema registry. */
  RegistryProbe registryProbe(Duration limit) {
    String urls = String.valueOf(serdeConfig().get(SerdeConfig.REGISTRY_URL));
    return new RegistryProbe(urls, limit);
  }

  /** Creates an encoder of records of any topic. */
  public RecordEncoder encoder() {
    return new RecordEncoder(serializer());
  }

  /** Creates a serde of a topic's values, for Kafka Streams. */
  public <T extends SpecificRecord> Serde<T> serde(Topic<T> topic) {
    Serializer<? super SpecificRecord> serializer = serializer();
    Deserializer<?> deserializer = deserializer();
    return Serdes.serdeFrom(
        (name, value) -> serializer.serialize(name, value),
        (name, bytes) -> topic.type().cast(deserializer.deserialize(name, bytes)));
  }

  private Serializer<? super SpecificRecord> serializer() {
    @SuppressWarnings("unchecked") // checked by the first record: it is an Avro serializer
    Serializer<? super SpecificRecord> serializer =
        instance(VALUE_SERIALIZER_CLASS_CONFIG, AvroSerializer.class.getName(), Serializer.class);
    serializer.configure(serdeConfig(), false);
    return serializer;
  }

  private Deserializer<?> deserializer() {
    Deserializer<?> deserializer =
        instance(
            VALUE_DESERIALIZER_CLASS_CONFIG, AvroDeserializer.class.getName(), Deserializer.class);
    deserializer.configure(serdeConfig(), false);
    return deserializer;
  }

  private <S> S instance(String key, String fallback, Class<S> type) {
    String name = properties.getOrDefault(key, fallback);
    try {
      return Utils.newInstance(name, type);
    } catch (ClassNotFoundException e) {
      throw new UserException(
          key
              + ": "
              + name
              + " is not on the class path; Confluent's needs a build with -Pconfluent",
          e);
    } catch (RuntimeException e) {
      throw new UserException(key + ": " + name + " cannot be used: " + e.getMessage(), e);
    }
  }

  private Map<String, Object> client(String clientId) {
    Map<String, Object> config = serdeConfig();
    config.put(BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    config.put(CLIENT_ID_CONFIG, clientId);
    config.putIfAbsent(METADATA_RECOVERY_REBOOTSTRAP_TRIGGER_MS_CONFIG, FORGET_BROKERS_MS);
    return config;
  }

  private Map<String, Object> serdeConfig() {
    Map<String, String> given = new HashMap<>(properties);
    given.put(SerdeConfig.REGISTRY_URL, schemaRegistryUrl);
    Map<String, Object> config = new HashMap<>(PropertyReferences.resolve(given));
    config.put(SerdeConfig.SPECIFIC_READER, true);
    return config;
  }

  /** Shows no password. */
  @Override
  public String toString() {
    Map<String, String> shown = new TreeMap<>();
    properties.forEach((key, value) -> shown.put(key, Secrets.shown(key, value)));
    return "KafkaSettings[%s, %s, prefix '%s', %s]"
        .formatted(bootstrapServers, Secrets.withoutUser(schemaRegistryUrl), topicPrefix, shown);
  }
}
