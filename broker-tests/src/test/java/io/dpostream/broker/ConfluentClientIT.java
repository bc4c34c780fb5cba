package io.dpostream.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericData;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumWriter;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.BinaryEncoder;
import org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory;
import org.apache.flink.avro.shaded.org.apache.avro.io.EncoderFactory;
import org.apache.flink.formats.avro.registry.confluent.ConfluentSchemaRegistryCoder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests our serde and registry against Confluent's own registry client, its copy of Avro, and
 * Flink's reader and writer of the wire format, all as packaged in the Flink jar.
 */
class ConfluentClientIT {
  @TempDir static Path dir;
  private static LocalCluster cluster;
  private static KafkaSettings settings;
  private static SchemaRegistryClient confluent;

  @BeforeAll
  static void start() {
    cluster = LocalCluster.start(dir);
    settings = cluster.settings();
    confluent = new CachedSchemaRegistryClient(cluster.schemaRegistryUrl(), 100);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void shouldBeReadByConfluentsClient() throws Exception {
    Topic<Preference> topic = settings.topics().preferences();
    byte[] bytes = settings.encoder().encode(topic, "p1", preference()).value();

    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    Schema schema = new ConfluentSchemaRegistryCoder(confluent).readSchema(in);
    GenericRecord read =
        new GenericDatumReader<GenericRecord>(schema)
            .read(null, DecoderFactory.get().binaryDecoder(in, null));

    assertThat(confluent.getAllSubjects()).contains("preferences-value");
    assertThat(schema.getFullName()).isEqualTo("io.dpostream.schemas.Preference");
    assertThat(read.get("pair_id")).hasToString("p1");
    assertThat(read.get("probability")).isEqualTo(0.75);
    assertThat(((GenericRecord) read.get("chosen")).get("token_ids")).isEqualTo(List.of(4, 5));
    assertThat(read.get("decided_at")).isEqualTo(1_700_000_000_123L);
  }

  @Test
  void shouldReadWhatConfluentsClientWrites() throws Exception {
    Topic<Prompt> topic = settings.topics().prompts();
    // A foreign client has its own schema, here with fewer fields and no Java string types.
    Schema schema =
        new Schema.Parser()
            .parse(
                """
                {"type": "record", "name": "Prompt", "namespace": "io.dpostream.schemas",
                 "fields": [
                   {"name": "id", "type": "string"},
                   {"name": "text", "type": ["null", "string"], "default": null}]}
                """);
    GenericRecord prompt = new GenericData.Record(schema);
    prompt.put("id", "q1");
    prompt.put("text", "Once upon a time");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new ConfluentSchemaRegistryCoder(topic.subject(), confluent).writeSchema(schema, out);
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(schema).write(prompt, encoder);
    encoder.flush();

    assertThat(settings.decoder(topic).decode(out.toByteArray()))
        .isEqualTo(
            new Decoded.Value<>(
                Prompt.newBuilder().setId("q1").setText("Once upon a time").build()));
  }

  @Test
  void shouldGiveConfluentsClientTheIdThatOurBytesCarry() throws Exception {
    Topic<Preference> topic = settings.topics().preferences();
    byte[] bytes = settings.encoder().encode(topic, "p1", preference()).value();
    AvroSchema schema = new AvroSchema(Preference.getClassSchema().toString());

    int id = ByteBuffer.wrap(bytes, 1, 4).getInt();
    assertThat(confluent.getId(topic.subject(), schema)).isEqualTo(id);
    assertThat(confluent.register(topic.subject(), schema)).isEqualTo(id);
    assertThat(confluent.getVersion(topic.subject(), schema)).isEqualTo(1);
    assertThat(confluent.getLatestSchemaMetadata(topic.subject()).getId()).isEqualTo(id);
  }

  @Test
  void shouldHoldEverySubjectToBackwardCompatibility() throws Exception {
    AvroSchema first = record("{\"name\": \"a\", \"type\": \"int\"}");
    AvroSchema withDefault =
        record(
            "{\"name\": \"a\", \"type\": \"int\"}, {\"name\": \"b\", \"type\": \"int\", \"default\":"
                + " 0}");
    AvroSchema withoutDefault =
        record("{\"name\": \"a\", \"type\": \"int\"}, {\"name\": \"b\", \"type\": \"int\"}");
    confluent.register("evolving-value", first);

    assertThat(confluent.testCompatibility("evolving-value", withDefault)).isTrue();
    assertThat(confluent.testCompatibility("evolving-value", withoutDefault)).isFalse();
    assertThatExceptionOfType(RestClientException.class)
        .isThrownBy(() -> confluent.register("evolving-value", withoutDefault))
        .matches(e -> e.getStatus() == 409);
    assertThat(confluent.register("evolving-value", withDefault)).isPositive();
    assertThat(confluent.getAllVersions("evolving-value")).containsExactly(1, 2);
  }

  @Test
  void shouldLetASubjectsCompatibilityBeChanged() throws Exception {
    confluent.register("free-value", record("{\"name\": \"a\", \"type\": \"int\"}"));
    AvroSchema other = record("{\"name\": \"a\", \"type\": \"string\"}");
    assertThat(confluent.testCompatibility("free-value", other)).isFalse();

    confluent.updateCompatibility("free-value", "NONE");

    assertThat(confluent.getCompatibility("free-value")).isEqualTo("NONE");
    assertThat(confluent.testCompatibility("free-value", other)).isTrue();
    assertThat(confluent.getCompatibility(null)).isEqualTo("BACKWARD");
  }

  @Test
  void shouldReportWhatIsNotThereByConfluentsCodes() {
    assertThatExceptionOfType(RestClientException.class)
        .isThrownBy(() -> confluent.getLatestSchemaMetadata("no-such-subject"))
        .matches(e -> e.getStatus() == 404 && e.getErrorCode() == 40401);
    assertThatExceptionOfType(RestClientException.class)
        .isThrownBy(() -> confluent.getSchemaById(4711))
        .matches(e -> e.getStatus() == 404 && e.getErrorCode() == 40403);
  }

  private static AvroSchema record(String fields) {
    return new AvroSchema(
        "{\"type\": \"record\", \"name\": \"Evolving\", \"fields\": [" + fields + "]}");
  }

  private static Preference preference() {
    return Preference.newBuilder()
        .setPairId("p1")
        .setRunId("run")
        .setPrompt(Prompt.newBuilder().setId("q1").setText("Two and two?").build())
        .setPromptTokenIds(List.of(1, 2, 3))
        .setChosen(completion("four", 4, 5))
        .setRejected(completion("five", 6))
        .setProbability(0.75)
        .setPolicyVersion(2)
        .setContentHash("hash")
        .setDecidedAt(Instant.ofEpochMilli(1_700_000_000_123L))
        .build();
  }

  private static Completion completion(String text, Integer... tokenIds) {
    return Completion.newBuilder()
        .setText(text)
        .setTokenIds(List.of(tokenIds))
        .setFinishReason(FinishReason.STOP)
        .build();
  }
}
