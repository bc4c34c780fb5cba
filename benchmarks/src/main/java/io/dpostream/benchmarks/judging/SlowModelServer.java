package io.dpostream.benchmarks.judging;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** An OpenAI-compatible endpoint that calls every pair a tie, after a fixed delay. */
final class SlowModelServer implements AutoCloseable {
  private static final String ANSWER =
      """
      {"choices": [{"message": {"role": "assistant",
        "content": "{\\"explanation\\": \\"4 is right.\\", \\"verdict\\": \\"tie\\"}"}}],
       "usage": {"prompt_tokens": 100, "completion_tokens": 10}}
      """;

  private final HttpServer server;
  private final ExecutorService connections = Executors.newCachedThreadPool();
  private final ScheduledExecutorService answers = Executors.newScheduledThreadPool(4);

  private SlowModelServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts listening on this machine.
   *
   * @param port 0 for any free port
   */
  static SlowModelServer start(int port, int answerMs) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    SlowModelServer model = new SlowModelServer(HttpServer.create(address, 256));
    model.server.setExecutor(model.connections);
    model.server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          model.answers.schedule(() -> answer(exchange), answerMs, TimeUnit.MILLISECONDS);
        });
    model.server.start();
    return model;
  }

  int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange) {
    byte[] body = ANSWER.getBytes(UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (IOException e) {
      System.err.println("the judge hung up: " + e.getMessage());
    }
  }

  /** Drops every connection. */
  @Override
  public void close() {
    server.stop(0);
    answers.shutdownNow();
    connections.shutdownNow();
  }
}
