package io.dpostream.trainer.upgrade;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dpostream.trainer.Deployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A run that a release left behind: its two topics byte for byte at their offsets, the schemas that
 * wrote them under their ids, its model and its newest checkpoint.
 *
 * @param folder with {@code records.jsonl}, {@code schemas.json}, {@code expected.json}, {@code
 *     model/} and {@code checkpoints/}
 */
record ReleasedRun(Path folder) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, null))
          .build();

  /** One record of a topic; keys and values in base 64. */
  record Saved(
      String topic,
      int partition,
      long offset,
      long timestamp,
      byte @Nullable [] key,
      byte @Nullable [] value) {}

  /** A schema that the registry knew. */
  record SavedSchema(int id, String subject, String schema) {}

  /**
   * What the release made of the run.
   *
   * @param runId of the run
   * @param step the last one of the ledger
   * @param policySha256 after it
   * @param goneOnToStep where the release itself went on to, from here
   * @param goneOnSha256 the policy that it came to
   * @param goneOnWith keys of the configuration that say how far, with their values in JSON
   */
  record Expected(
      String runId,
      long step,
      String policySha256,
      long goneOnToStep,
      String goneOnSha256,
      Map<String, String> goneOnWith) {}

  String name() {
    return folder.getFileName().toString();
  }

  Path model() {
    return folder.resolve("model");
  }

  /** Whether it trained a model, and not a hash over what it was given. */
  boolean hasTensors() {
    return Files.exists(model().resolve("config.json"));
  }

  /** Partitions that hold a topic's records. */
  int partitions(String topic) {
    return records().stream()
        .filter(record -> record.topic().equals(topic))
        .mapToInt(record -> record.partition() + 1)
        .max()
        .orElseThrow();
  }

  Expected expected() {
    return read("expected.json", new TypeReference<>() {});
  }

  /** Keeps topics, schemas, model and checkpoints of a deployment's run. */
  void save(Deployment deployment, Path model, Path checkpoints) throws IOException {
    Files.createDirectories(folder);
    var topics = deployment.kafka().topics();
    List<String> lines = new ArrayList<>();
    for (String topic : List.of(topics.preferences().name(), topics.trainingSteps().name())) {
      for (ConsumerRecord<byte[], byte[]> record : deployment.read(topic)) {
        lines.add(
            JSON.writeValueAsString(
                new Saved(
                    topic,
                    record.partition(),
                    record.offset(),
                    record.timestamp(),
                    record.key(),
                    record.value())));
      }
    }
    Files.write(folder.resolve("records.jsonl"), lines);
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("schemas.json").toFile(), schemas(deployment));
    copy(model, model());
    copy(checkpoints, folder.resolve("checkpoints"));
  }

  void save(Expected expected) throws IOException {
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("expected.json").toFile(), expected);
  }

  /** Every schema of the registry in the order of ids, so that restoring them gives those ids. */
  private static List<SavedSchema> schemas(Deployment deployment) throws IOException {
    List<SavedSchema> schemas = new ArrayList<>();
    for (JsonNode subject : JSON.readTree(get(deployment, "/subjects"))) {
      JsonNode answer =
          JSON.readTree(get(deployment, "/subjects/" + subject.asText() + "/versions/latest"));
      schemas.add(
          new SavedSchema(
              answer.get("id").asInt(), subject.asText(), answer.get("schema").asText()));
    }
    schemas.sort(Comparator.comparingInt(SavedSchema::id));
    return schemas;
  }

  /**
   * Writes topics and schemas where nothing is yet, each at its offset and under its id, and the
   * checkpoints into the run's folder.
   */
  void restore(Deployment deployment) {
    read("schemas.json", new TypeReference<List<SavedSchema>>() {})
        .forEach(schema -> register(deployment, schema));
    Map<String, List<Saved>> byPartition = new TreeMap<>();
    for (Saved saved : records()) {
      byPartition
          .computeIfAbsent(saved.topic() + "-" + saved.partition(), key -> new ArrayList<>())
          .add(saved);
    }
    byPartition.values().forEach(records -> write(deployment, records));
    try {
      copy(
          folder.resolve("checkpoints"),
          deployment.folder(expected().runId()).resolve("checkpoints"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Saved> records() {
    List<Saved> records = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(folder.resolve("records.jsonl"))) {
        records.add(JSON.readValue(line, Saved.class));
      }
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Neighbours in one transaction; what its end leaves of a gap is filled by an aborted one. */
  private static void write(Deployment deployment, List<Saved> records) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            deployment.kafka().transactionalProducer("restore", records.get(0).topic()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      long next = 0;
      for (int start = 0; start < records.size(); ) {
        Saved first = records.get(start);
        fill(producer, first, first.offset() - next);
        int end = start + 1;
        while (end < records.size() && records.get(end).offset() == first.offset() + end - start) {
          end++;
        }
        producer.beginTransaction();
        records.subList(start, end).forEach(saved -> producer.send(record(saved)));
        producer.commitTransaction();
        next = records.get(end - 1).offset() + 2; // the marker of the commit takes one
        start = end;
      }
    }
  }

  private static void fill(KafkaProducer<byte[], byte[]> producer, Saved first, long offsets) {
    if (offsets == 0) {
      return;
    }
    if (offsets == 1) {
      throw new IllegalStateException("a gap of one offset before " + first.offset());
    }
    producer.beginTransaction();
    for (long n = 1; n < offsets; n++) {
      producer.send(record(first));
    }
    producer.flush();
    producer.abortTransaction();
  }

  private static ProducerRecord<byte[], byte[]> record(Saved saved) {
    return new ProducerRecord<>(
        saved.topic(), saved.partition(), saved.timestamp(), saved.key(), saved.value());
  }

  private static void register(Deployment deployment, SavedSchema schema) {
    int id = register(deployment, schema.subject(), schema.schema());
    if (id != schema.id()) {
      throw new IllegalStateException(
          "%s got id %d where %d is needed".formatted(schema.subject(), id, schema.id()));
    }
  }

  private static int register(Deployment deployment, String subject, String schema) {
    try {
      String body = JSON.writeValueAsString(Map.of("schema", schema));
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create(
                      deployment.kafka().schemaRegistryUrl()
                          + "/subjects/"
                          + subject
                          + "/versions"))
              .header("Content-Type", "application/vnd.schemaregistry.v1+json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
      return JSON.readTree(answer.body()).get("id").asInt();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String get(Deployment deployment, String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(deployment.kafka().schemaRegistryUrl() + path)).build();
      return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private <T> T read(String file, TypeReference<T> type) {
    try {
      return JSON.readValue(folder.resolve(file).toFile(), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.sorted().toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }
}
