package io.dpostream.broker.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry that Confluent's Avro clients can use: registration, look-up, compatibility.
 * Its state is kept in the topic {@code _schemas}; one instance serves a cluster.
 */
public final class SchemaRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistry.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final SchemaLog log;
  private final RegistryApi api;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(4);

  private SchemaRegistry(SchemaLog log, RegistryApi api, HttpServer server) {
    this.log = log;
    this.api = api;
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
    HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
    SchemaLog log = new SchemaLog(bootstrapServers);
    SchemaCatalog schemas = new SchemaCatalog();
    log.replay(schemas);
    SchemaRegistry registry = new SchemaRegistry(log, new RegistryApi(schemas, log), server);
    server.createContext("/", registry::handle);
    server.setExecutor(registry.threads);
    server.start();
    LOG.info(
        "schema registry serves {} subjects on {}", schemas.subjects().size(), server.getAddress());
    return registry;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      int status = 200;
      JsonNode answer;
      try {
        answer = api.answer(exchange.getRequestMethod(), path(exchange), body(exchange));
      } catch (RegistryError e) {
        status = e.status();
        answer = error(e.code(), String.valueOf(e.getMessage()));
      } catch (JsonProcessingException e) {
        status = 422;
        answer = error(42201, "The body is not JSON");
      } catch (RuntimeException e) {
        LOG.error("{} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
        status = 500;
        answer = error(50001, e.toString());
      }
      byte[] bytes = MAPPER.writeValueAsBytes(answer);
      exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static List<String> path(HttpExchange exchange) {
    String path = exchange.getRequestURI().getRawPath().replaceAll("^/+|/+$", "");
    return Arrays.stream(path.split("/", -1))
        .map(segment -> URLDecoder.decode(segment, StandardCharsets.UTF_8))
        .toList();
  }

  private static JsonNode body(HttpExchange exchange) throws IOException {
    byte[] bytes = exchange.getRequestBody().readAllBytes();
    return bytes.length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(bytes);
  }

  private static JsonNode error(int code, String message) {
    return MAPPER.createObjectNode().put("error_code", code).put("message", message);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
    log.close();
  }
}
