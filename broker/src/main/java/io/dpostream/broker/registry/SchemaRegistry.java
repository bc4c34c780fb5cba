package io.dpostream.broker.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.web.BoundedServer;
import io.dpostream.web.SiteGuard;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry that Confluent's Avro clients can use: registration, look-up, compatibility.
 * Its state is kept in the topic {@code _schemas}; one instance serves a cluster.
 */
public final class SchemaRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistry.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";

  private final SchemaLog log;
  private final BoundedServer server;

  private SchemaRegistry(SchemaLog log, BoundedServer server) {
    this.log = log;
    this.server = server;
  }

  /**
   * Runs a registry as a process of its own; arguments: {@code <bootstrap servers> <host> <port>}.
   */
  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      System.err.println("usage: SchemaRegistry <bootstrap servers> <host> <port>");
      System.exit(2);
    }
    SchemaRegistry registry = start(args[0], args[1], Integer.parseInt(args[2]));
    Runtime.getRuntime().addShutdownHook(new Thread(registry::close, "stop"));
  }

  /**
   * Starts serving, once the broker answers.
   *
   * @param host address to listen on, {@code 0.0.0.0} for all
   */
  public static SchemaRegistry start(String bootstrapServers, String host, int port)
      throws Exception {
    SchemaLog log = new SchemaLog(bootstrapServers);
    SchemaCatalog schemas = new SchemaCatalog();
    log.replay(schemas);
    RegistryApi api = new RegistryApi(schemas, log);
    BoundedServer server = BoundedServer.start(host, port, config -> configure(config, api));
    LOG.info(
        "schema registry serves {} subjects at {}", schemas.subjects().size(), server.address());
    return new SchemaRegistry(log, server);
  }

  private static void configure(JavalinConfig config, RegistryApi api) {
    config.routes.before(SiteGuard::refuseOtherSites);
    config.routes.get("*", ctx -> answer(ctx, api));
    config.routes.post("*", ctx -> answer(ctx, api));
    config.routes.put("*", ctx -> answer(ctx, api));
    config.routes.delete("*", ctx -> answer(ctx, api));
  }

  private static void answer(Context ctx, RegistryApi api) throws JsonProcessingException {
    JsonNode answer;
    try {
      answer = api.answer(ctx.method().name(), path(ctx), body(ctx));
    } catch (RegistryError e) {
      ctx.status(e.status());
      answer = error(e.code(), String.valueOf(e.getMessage()));
    } catch (JsonProcessingException e) {
      ctx.status(422);
      answer = error(42201, "The body is not JSON");
    } catch (RuntimeException e) {
      LOG.error("{} {}", ctx.method(), ctx.path(), e);
      ctx.status(500);
      answer = error(50001, e.toString());
    }
    ctx.contentType(MEDIA_TYPE).result(MAPPER.writeValueAsBytes(answer));
  }

  private static List<String> path(Context ctx) {
    String path = ctx.req().getRequestURI().replaceAll("^/+|/+$", "");
    return Arrays.stream(path.split("/", -1))
        .map(segment -> URLDecoder.decode(segment, StandardCharsets.UTF_8))
        .toList();
  }

  private static JsonNode body(Context ctx) throws JsonProcessingException {
    return ctx.body().isEmpty() ? MAPPER.createObjectNode() : MAPPER.readTree(ctx.body());
  }

  private static JsonNode error(int code, String message) {
    return MAPPER.createObjectNode().put("error_code", code).put("message", message);
  }

  @Override
  public void close() {
    server.close();
    log.close();
  }
}
