package io.dpostream.broker.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryApiTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Schema A = SchemaBuilder.record("R").fields().requiredInt("a").endRecord();
  private static final Schema A_AND_B =
      SchemaBuilder.record("R").fields().requiredInt("a").requiredInt("b").endRecord();
  private static final Schema A_AND_OPTIONAL_B =
      SchemaBuilder.record("R").fields().requiredInt("a").optionalInt("b").endRecord();
  private static final Schema B = SchemaBuilder.record("R").fields().requiredInt("b").endRecord();

  private final FailingLog log = new FailingLog();
  private final RegistryApi api = new RegistryApi(new Schemas(), log);

  @Test
  void shouldGiveEqualSchemasOneIdAndEverySubjectItsOwnVersions() {
    assertThat(register("x", A)).isEqualTo(1);
    assertThat(register("x", A)).isEqualTo(1);
    assertThat(register("y", B)).isEqualTo(2);
    assertThat(register("y", B)).isEqualTo(2);
    assertThat(register("z", A)).isEqualTo(1);
    assertThat(get("subjects", "x", "versions").toString()).isEqualTo("[1]");
    assertThat(get("schemas", "ids", "1", "subjects").toString()).isEqualTo("[\"x\",\"z\"]");
  }

  @ParameterizedTest
  @CsvSource({
    // the new schema reads old records when what it adds has a default
    "BACKWARD, true, false, true",
    // the old schema reads new records when it misses nothing
    "FORWARD, true, true, false",
    "FULL, true, false, false",
    "NONE, true, true, true"
  })
  void shouldHoldASubjectToItsLevel(
      String level, boolean optionalAdded, boolean requiredAdded, boolean removed) {
    register("x", A);
    put(level, "config", "x");
    assertThat(isCompatible("x", A_AND_OPTIONAL_B)).isEqualTo(optionalAdded);
    assertThat(isCompatible("x", A_AND_B)).isEqualTo(requiredAdded);

    register("w", A_AND_B);
    put(level, "config", "w");
    assertThat(isCompatible("w", A)).isEqualTo(removed);
  }

  @Test
  void shouldLookAtEveryEarlierVersionWhenTransitive() {
    // a reader that wants a can read the second version, but not the first
    put("NONE", "config");
    register("x", B);
    register("x", A_AND_B);
    put("BACKWARD", "config");
    assertThat(isCompatible("x", A)).isTrue();
    put("BACKWARD_TRANSITIVE", "config");
    assertThat(isCompatible("x", A)).isFalse();
  }

  @Test
  void shouldNotShowWhatCouldNotBeWritten() {
    log.fails = true;
    assertThatExceptionOfType(RegistryError.class)
        .isThrownBy(() -> register("x", A))
        .matches(e -> e.status() == 503);
    assertThat(get("subjects").toString()).isEqualTo("[]");
    log.fails = false;
    assertThat(register("x", A)).isEqualTo(1);
  }

  @Test
  void shouldRefuseWhatIsNoAvroSchema() {
    ObjectNode garbage = MAPPER.createObjectNode().put("schema", "{\"type\":\"nothing\"}");
    ObjectNode protobuf =
        MAPPER.createObjectNode().put("schema", "message M {}").put("schemaType", "PROTOBUF");
    for (JsonNode body : List.of(garbage, protobuf, MAPPER.createObjectNode())) {
      assertThatExceptionOfType(RegistryError.class)
          .isThrownBy(() -> api.answer("POST", List.of("subjects", "x", "versions"), body))
          .matches(e -> e.status() == 422 && e.code() == 42201);
    }
  }

  @Test
  void shouldRefuseAnUnknownLevel() {
    assertThatExceptionOfType(RegistryError.class)
        .isThrownBy(() -> put("SIDEWAYS", "config"))
        .matches(e -> e.status() == 422 && e.code() == 42203);
  }

  private int register(String subject, Schema schema) {
    return api.answer("POST", List.of("subjects", subject, "versions"), body(schema))
        .path("id")
        .asInt();
  }

  private boolean isCompatible(String subject, Schema schema) {
    return api.answer(
            "POST",
            List.of("compatibility", "subjects", subject, "versions", "latest"),
            body(schema))
        .path("is_compatible")
        .asBoolean();
  }

  private JsonNode get(String... path) {
    return api.answer("GET", List.of(path), MAPPER.createObjectNode());
  }

  private void put(String level, String... path) {
    api.answer("PUT", List.of(path), MAPPER.createObjectNode().put("compatibility", level));
  }

  private static ObjectNode body(Schema schema) {
    return MAPPER.createObjectNode().put("schema", schema.toString());
  }

  private static final class FailingLog implements RegistryApi.Log {
    private boolean fails;

    @Override
    public void append(Registered registered) {
      if (fails) {
        throw new RegistryError(503, 50001, "cannot write to Kafka");
      }
    }

    @Override
    public void append(Optional<String> subject, Compatibility level) {}
  }
}
