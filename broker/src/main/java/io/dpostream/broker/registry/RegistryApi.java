package io.dpostream.broker.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * The registry's REST interface without HTTP: a request is a method, path segments and a body.
 * Registrations are serialized; thread-safe.
 */
final class RegistryApi {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final SchemaCatalog schemas;
  private final Log log;

  /** Makes changes durable before anyone sees them. */
  interface Log {
    void append(SchemaVersion registered);

    void append(Optional<String> subject, Compatibility level);
  }

  RegistryApi(SchemaCatalog schemas, Log log) {
    this.schemas = schemas;
    this.log = log;
  }

  /**
   * Answers a request.
   *
   * @throws RegistryError when it is refused
   */
  synchronized JsonNode answer(String method, List<String> path, JsonNode body) {
    String resource = path.get(0);
    return switch (method + " " + resource + " " + path.size()) {
      case "GET  1" -> MAPPER.createObjectNode();
      case "GET subjects 1" -> MAPPER.valueToTree(new TreeSet<>(schemas.subjects()));
      case "POST subjects 2" -> describe(lookUp(path.get(1), schema(body)));
      case "GET subjects 3" ->
          MAPPER.valueToTree(versions(path.get(1)).stream().map(SchemaVersion::version).toList());
      case "POST subjects 3" -> object().put("id", register(path.get(1), schema(body)));
      case "GET subjects 4" -> describe(version(path.get(1), path.get(3)));
      case "GET schemas 2" -> MAPPER.valueToTree(List.of("AVRO"));
      case "GET schemas 3" -> object().put("schema", schema(path.get(2)).toString());
      case "GET schemas 4" -> uses(path.get(2), path.get(3));
      case "POST compatibility 5" ->
          object().put("is_compatible", fits(path.get(2), path.get(4), schema(body)));
      case "GET config 1" -> object().put("compatibilityLevel", schemas.globalLevel().name());
      case "GET config 2" -> object().put("compatibilityLevel", level(path.get(1)).name());
      case "PUT config 1" -> setLevel(Optional.empty(), body);
      case "PUT config 2" -> setLevel(Optional.of(path.get(1)), body);
      default -> throw new RegistryError(404, 404, "HTTP 404 Not Found");
    };
  }

  private int register(String subject, Schema schema) {
    Optional<SchemaVersion> known = schemas.find(subject, schema);
    if (known.isPresent()) {
      return known.get().id();
    }
    if (!schemas.mayFollow(subject, schema)) {
      throw new RegistryError(
          409,
          409,
          "Schema being registered is incompatible with an earlier schema for subject \""
              + subject
              + "\" under "
              + schemas.level(subject).orElse(schemas.globalLevel()));
    }
    SchemaVersion next = schemas.next(subject, schema);
    log.append(next);
    schemas.apply(next);
    return next.id();
  }

  private SchemaVersion lookUp(String subject, Schema schema) {
    versions(subject);
    return schemas
        .find(subject, schema)
        .orElseThrow(() -> new RegistryError(404, 40403, "Schema not found"));
  }

  private List<SchemaVersion> versions(String subject) {
    List<SchemaVersion> versions = schemas.versions(subject);
    if (versions.isEmpty()) {
      throw new RegistryError(404, 40401, "Subject '" + subject + "' not found.");
    }
    return versions;
  }

  private SchemaVersion version(String subject, String version) {
    List<SchemaVersion> versions = versions(subject);
    if (version.equals("latest") || version.equals("-1")) {
      return versions.get(versions.size() - 1);
    }
    return versions.stream()
        .filter(registered -> version.equals(Integer.toString(registered.version())))
        .findFirst()
        .orElseThrow(() -> new RegistryError(404, 40402, "Version " + version + " not found."));
  }

  /** Checks a schema against one version, or, with {@code latest}, as registration would. */
  private boolean fits(String subject, String version, Schema schema) {
    SchemaVersion against = version(subject, version);
    return version.equals("latest")
        ? schemas.mayFollow(subject, schema)
        : schemas.fits(against, schema);
  }

  private Schema schema(String id) {
    Optional<Schema> schema = Optional.empty();
    if (id.matches("\\d{1,9}")) {
      schema = schemas.schema(Integer.parseInt(id));
    }
    return schema.orElseThrow(() -> new RegistryError(404, 40403, "Schema " + id + " not found"));
  }

  private JsonNode uses(String id, String what) {
    schema(id);
    List<SchemaVersion> uses = schemas.usesOf(Integer.parseInt(id));
    return switch (what) {
      case "subjects" -> MAPPER.valueToTree(uses.stream().map(SchemaVersion::subject).toList());
      case "versions" ->
          MAPPER.valueToTree(
              uses.stream()
                  .map(use -> object().put("subject", use.subject()).put("version", use.version()))
                  .toList());
      default -> throw new RegistryError(404, 404, "HTTP 404 Not Found");
    };
  }

  private Compatibility level(String subject) {
    return schemas
        .level(subject)
        .orElseThrow(
            () ->
                new RegistryError(
                    404,
                    40408,
                    "Subject '"
                        + subject
                        + "' does not have subject-level compatibility configured"));
  }

  private JsonNode setLevel(Optional<String> subject, JsonNode body) {
    Compatibility level = Compatibility.of(body.path("compatibility").asText());
    log.append(subject, level);
    schemas.apply(subject, level);
    return object().put("compatibility", level.name());
  }

  private static Schema schema(JsonNode body) {
    String type = body.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO") || !body.path("references").isEmpty()) {
      throw new RegistryError(422, 42201, "Only Avro schemas without references are supported");
    }
    try {
      return new Schema.Parser().parse(body.path("schema").asText());
    } catch (SchemaParseException e) {
      throw new RegistryError(422, 42201, "Invalid schema: " + e.getMessage());
    }
  }

  private static ObjectNode describe(SchemaVersion registered) {
    return object()
        .put("subject", registered.subject())
        .put("version", registered.version())
        .put("id", registered.id())
        .put("schema", registered.schema().toString());
  }

  private static ObjectNode object() {
    return MAPPER.createObjectNode();
  }
}
