package io.dpostream.kafka.serde;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Registers every schema with ids from 7 on, notes the requests, and fails on demand. */
final class StubRegistry implements AutoCloseable {
  private static final int FIRST_ID = 7;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  final List<String> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger failures = new AtomicInteger();
  volatile int failureStatus = 503;
  private final List<String> schemas = new ArrayList<>();
  private final HttpServer server;

  StubRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(exchange.getRequestMethod() + " " + path);
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        answer(exchange, failureStatus, "{\"error_code\":1,\"message\":\"on demand\"}");
      } else if (exchange.getRequestMethod().equals("GET")) {
        int index = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)) - FIRST_ID;
        if (index >= 0 && index < schemas.size()) {
          String schema = schemas.get(index);
          answer(exchange, 200, MAPPER.createObjectNode().put("schema", schema).toString());
        } else {
          answer(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
        }
      } else {
        String schema = MAPPER.readTree(body).path("schema").asText();
        if (!schemas.contains(schema)) {
          schemas.add(schema);
        }
        answer(exchange, 200, "{\"id\":" + (FIRST_ID + schemas.indexOf(schema)) + "}");
      }
    }
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
