package io.dpostream.kafka.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AvroSerdeTest {
  private static final PairOutcome OUTCOME =
      PairOutcome.newBuilder()
          .setPairId("p1")
          .setRunId("run")
          .setContentHash("hash")
          .setOutcome(OutcomeKind.TIE)
          .setReason("the judges disagree")
          .setPolicyVersion(3)
          .setDecidedAt(Instant.ofEpochMilli(1_700_000_000_123L))
          .build();

  private StubRegistry registry;
  private KafkaSettings settings;
  private Topic<PairOutcome> topic;

  @BeforeEach
  void start() throws IOException {
    registry = new StubRegistry();
    settings = settings(Map.of());
    topic = settings.topics().outcomes();
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void shouldWriteMagicThenIdThenAvroBinary() throws IOException {
    byte[] bytes = encode(OUTCOME);

    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    expected.writeBytes(new byte[] {0, 0, 0, 0, 7});
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(expected, null);
    new SpecificDatumWriter<>(PairOutcome.class).write(OUTCOME, encoder);
    encoder.flush();
    assertThat(bytes).isEqualTo(expected.toByteArray());
    assertThat(registry.requests).containsExactly("POST /subjects/outcomes-value/versions");
  }

  @Test
  void shouldReadWhatItWrote() {
    assertThat(settings.decoder(topic).decode(encode(OUTCOME)))
        .isEqualTo(new Decoded.Value<>(OUTCOME));
  }

  @Test
  void shouldAskTheRegistryOncePerSchema() {
    RecordEncoder encoder = settings.encoder();
    RecordDecoder<PairOutcome> decoder = settings.decoder(topic);
    for (int i = 0; i < 5; i++) {
      decoder.decode(encoder.encode(topic, "p1", OUTCOME).value());
    }
    assertThat(registry.requests)
        .containsExactly("POST /subjects/outcomes-value/versions", "GET /schemas/ids/7");
  }

  @Test
  void shouldOnlyLookUpWhenRegistrationIsOff() {
    settings(Map.of("auto.register.schemas", "false")).encoder().encode(topic, "p1", OUTCOME);
    assertThat(registry.requests).containsExactly("POST /subjects/outcomes-value");
  }

  @Test
  void shouldGiveGenericRecordsUnlessSpecificOnesAreAskedFor() {
    try (AvroDeserializer deserializer = new AvroDeserializer()) {
      deserializer.configure(Map.of("schema.registry.url", registry.url()), false);
      GenericRecord record = (GenericRecord) deserializer.deserialize("outcomes", encode(OUTCOME));
      assertThat(record).isNotInstanceOf(PairOutcome.class);
      assertThat(record.get("reason")).hasToString("the judges disagree");
    }
  }

  @Test
  void shouldKeepTombstones() {
    try (Serde<PairOutcome> serde = settings.serde(topic)) {
      assertThat(serde.serializer().serialize(topic.name(), null)).isNull();
      assertThat(serde.deserializer().deserialize(topic.name(), null)).isNull();
    }
  }

  @Test
  void shouldSayWhyBytesAreNoRecord() {
    byte[] good = encode(OUTCOME);
    byte[] truncated = Arrays.copyOf(good, good.length - 4);
    byte[] trailing = Arrays.copyOf(good, good.length + 1);
    byte[] unknownSchema = ByteBuffer.wrap(good.clone()).putInt(1, 99).array();
    byte[] otherRecord =
        settings
            .encoder()
            .encode(settings.topics().prompts(), "q", Prompt.newBuilder().setId("q").build())
            .value();

    assertThat(errorOf("{\"json\":1}".getBytes())).contains("not in the Confluent wire format");
    assertThat(errorOf(new byte[0])).contains("not in the Confluent wire format: 0 bytes");
    assertThat(errorOf(truncated)).contains("not a record of schema 7");
    assertThat(errorOf(trailing)).contains("not a record of schema 7: 1 more bytes follow");
    assertThat(errorOf(unknownSchema)).contains("/schemas/ids/99", "404");
    assertThat(errorOf(otherRecord)).contains("Prompt, not io.dpostream.schemas.PairOutcome");
    assertThat(errorOf(null)).isEqualTo("no value");
  }

  @Test
  void shouldRetryARegistryThatCannotServeNow() {
    registry.failures.set(3);
    assertThat(encode(OUTCOME)).startsWith(0, 0, 0, 0, 7);
    assertThat(registry.requests).hasSize(4);
  }

  @Test
  void shouldNeverCallARecordUndecodableWhileTheRegistryIsOutOfReach() {
    byte[] bytes = encode(OUTCOME);
    registry.close();
    assertThatExceptionOfType(RegistryUnavailableException.class)
        .isThrownBy(() -> settings.decoder(topic).decode(bytes))
        .withMessageContaining(registry.url());
  }

  @Test
  void shouldNotRetryARefusal() {
    registry.failureStatus = 409;
    registry.failures.set(1);
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> encode(OUTCOME))
        .matches(e -> e.status() == 409);
    assertThat(registry.requests).hasSize(1);
  }

  @Test
  void shouldReadAnOlderVersionOfARecord() throws IOException {
    // The writer knew neither the votes, which have a default, nor any later field.
    Schema current = PairOutcome.getClassSchema();
    Schema older =
        Schema.createRecord(
            current.getName(),
            null,
            current.getNamespace(),
            false,
            fieldsWithout(current, "votes"));
    GenericRecord written = new GenericData.Record(older);
    for (Schema.Field field : older.getFields()) {
      Object value = OUTCOME.get(field.name());
      written.put(field.name(), value instanceof Instant at ? at.toEpochMilli() : value);
    }
    byte[] bytes;
    try (AvroSerializer serializer = new AvroSerializer()) {
      serializer.configure(Map.of("schema.registry.url", registry.url()), false);
      bytes = serializer.serialize(topic.name(), written);
    }
    assertThat(settings.decoder(topic).decode(bytes)).isEqualTo(new Decoded.Value<>(OUTCOME));
  }

  private static List<Schema.Field> fieldsWithout(Schema schema, String name) {
    return schema.getFields().stream()
        .filter(field -> !field.name().equals(name))
        .map(field -> new Schema.Field(field, field.schema()))
        .toList();
  }

  private String errorOf(byte[] bytes) {
    Decoded<PairOutcome> decoded = settings.decoder(topic).decode(bytes);
    assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
    return ((Decoded.Undecodable<PairOutcome>) decoded).error();
  }

  private byte[] encode(PairOutcome outcome) {
    return settings.encoder().encode(topic, outcome.getPairId(), outcome).value();
  }

  private KafkaSettings settings(Map<String, String> properties) {
    Map<String, String> quick = new HashMap<>(properties);
    quick.put("max.retries", "3");
    quick.put("retries.wait.ms", "1");
    return new KafkaSettings("localhost:9092", registry.url(), "", quick);
  }

  @Test
  void shouldRefuseRetriesThatWaitLongerThanTheirBound() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> new RegistryRetries(1, Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .withMessageContaining("retries.max.wait.ms");
  }
}
