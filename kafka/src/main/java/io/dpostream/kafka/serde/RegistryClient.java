package io.dpostream.kafka.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.InterruptException;

/**
 * A client of the part of the Confluent Schema Registry's REST interface that an Avro serde needs.
 *
 * <p>An id never changes its meaning, so answers are cached for good. Thread-safe.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">the
 *     interface</a>
 */
public final class RegistryClient {
  private static final String JSON = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final RegistryAccess access;
  private final RegistryRetries retries;
  private final Map<SubjectSchema, Integer> ids = new ConcurrentHashMap<>();
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

  private record SubjectSchema(String subject, Schema schema) {}

  /**
   * Creates a client of one registry.
   *
   * @param access its addresses, tried one after the other, and how to sign in
   * @param retries how often to ask again when it cannot be reached
   */
  RegistryClient(RegistryAccess access, RegistryRetries retries) {
    this.access = access;
    this.retries = retries;
  }

  /**
   * Returns the id of a schema under a subject, registering it when it is new.
   *
   * @throws RegistryException with status 409 when the subject's compatibility rule forbids it
   * @throws RegistryUnavailableException when the registry cannot be reached after all retries
   */
  public int register(String subject, Schema schema) {
    return id(subject, schema, "/versions");
  }

  /**
   * Returns the id of a schema that is already registered under a subject.
   *
   * @throws RegistryException with status 404 when it is not registered
   * @throws RegistryUnavailableException when the registry cannot be reached after all retries
   */
  public int lookUp(String subject, Schema schema) {
    return id(subject, schema, "");
  }

  /**
   * Returns the schema of an id.
   *
   * @throws RegistryException with status 404 when no schema has this id
   * @throws RegistryUnavailableException when the registry cannot be reached after all retries
   */
  public Schema schema(int id) {
    Schema known = schemas.get(id);
    if (known != null) {
      return known;
    }
    JsonNode answer = call("GET", "/schemas/ids/" + id, BodyPublishers.noBody());
    Schema schema = new Schema.Parser().parse(answer.path("schema").asText());
    schemas.put(id, schema);
    return schema;
  }

  /** Whether a schema may follow the latest version of a subject under its compatibility rule. */
  public boolean isCompatible(String subject, Schema schema) {
    return call(
            "POST",
            "/compatibility/subjects/" + encode(subject) + "/versions/latest",
            body("schema", schema.toString()))
        .path("is_compatible")
        .asBoolean();
  }

  private int id(String subject, Schema schema, String suffix) {
    SubjectSchema key = new SubjectSchema(subject, schema);
    Integer known = ids.get(key);
    if (known != null) {
      return known;
    }
    int id =
        call("POST", "/subjects/" + encode(subject) + suffix, body("schema", schema.toString()))
            .path("id")
            .asInt();
    ids.put(key, id);
    return id;
  }

  private JsonNode call(String method, String path, BodyPublisher body) {
    return retries.call(() -> callAny(method, path, body));
  }

  /** Asks the first instance that answers. */
  private JsonNode callAny(String method, String path, BodyPublisher body) {
    Iterator<URI> addresses = access.addresses().iterator();
    while (true) {
      try {
        return send(request(addresses.next() + path).method(method, body).build());
      } catch (RegistryUnavailableException e) {
        if (!addresses.hasNext()) {
          throw e;
        }
      }
    }
  }

  private HttpRequest.Builder request(String url) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", JSON)
            .header("Accept", JSON + ", application/json");
    access.authorization().ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private JsonNode send(HttpRequest request) {
    String what = request.method() + " " + request.uri();
    try {
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      int status = answer.statusCode();
      if (status / 100 == 2) {
        return MAPPER.readTree(answer.body());
      }
      String message = what + ": status " + status + " " + answer.body();
      if (status / 100 == 5 || status == 429) {
        throw new RegistryUnavailableException(message);
      }
      throw new RegistryException(status, message);
    } catch (JsonProcessingException e) {
      throw new RegistryUnavailableException(what + ": the answer is not JSON", e);
    } catch (IOException e) {
      throw new RegistryUnavailableException(what + ": the schema registry cannot be reached", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static BodyPublisher body(String field, String value) {
    return BodyPublishers.ofString(MAPPER.createObjectNode().put(field, value).toString());
  }

  private static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
