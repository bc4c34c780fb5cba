package io.dpostream.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedServerTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Socket> slow = new ArrayList<>();
  private BoundedServer server;

  @BeforeEach
  void start() throws IOException {
    server =
        BoundedServer.start(
            "127.0.0.1",
            0,
            config -> {
              config.routes.before(SiteGuard::refuseOtherSites);
              config.routes.before("/page", ctx -> SiteGuard.refuseOtherHosts(ctx, Set.of("here")));
              config.routes.get("/page", ctx -> ctx.result("page"));
              config.routes.post("/length", ctx -> ctx.result("" + ctx.body().length()));
            });
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : slow) {
      socket.close();
    }
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /length HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf",
        "POST /length HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n",
        "POST /length HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf",
        "GET /page HTTP/1.1\r\nHo",
        ""
      })
  void shouldAnswerWhileManyClientsSendHalfARequest(String half) throws Exception {
    for (int i = 0; i < 100; i++) {
      Socket socket = new Socket("127.0.0.1", server.address().getPort());
      slow.add(socket);
      socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
    }
    for (int i = 0; i < 5; i++) {
      assertThat(send(post("12345")).body()).isEqualTo("5");
      assertThat(send(get().GET()).body()).isEqualTo("page");
    }
  }

  @Test
  void shouldHangUpOnASilentClient() throws Exception {
    try (BoundedServer hasty =
            BoundedServer.start("127.0.0.1", 0, Duration.ofMillis(200), config -> {});
        Socket socket = new Socket("127.0.0.1", hasty.address().getPort())) {
      socket.getOutputStream().write("POST /length HTTP/1.1\r\nContent-".getBytes());
      socket.setSoTimeout(60_000);
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .doesNotContain(" 200 ");
    }
  }

  @Test
  void shouldRefuseLargeBodies() throws Exception {
    String largest = "x".repeat(BoundedServer.LARGEST_BODY_BYTES);
    assertThat(send(post(largest)).body()).isEqualTo("" + largest.length());
    assertThat(send(post(largest + "x")).statusCode()).isEqualTo(413);
  }

  @Test
  void shouldRefuseWhatAnotherSiteSends() throws Exception {
    String own = "http://127.0.0.1:" + server.address().getPort();
    assertThat(send(post("1").header("Origin", own)).statusCode()).isEqualTo(200);
    assertThat(send(post("1").header("Origin", "http://evil.example")).statusCode()).isEqualTo(403);
    assertThat(send(post("1").header("Origin", "null")).statusCode()).isEqualTo(403);
    assertThat(send(post("1").header("Sec-Fetch-Site", "cross-site")).statusCode()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost:80", "here", "HERE:8080", "[::1]:80", "10.0.0.7"})
  void shouldKnowItsOwnNames(String host) throws IOException {
    assertThat(statusFor(host)).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example", ""})
  void shouldRefuseOtherNames(String host) throws IOException {
    assertThat(statusFor(host)).isNotEqualTo(200);
  }

  @Test
  void shouldSayThatThePortIsInUse() {
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> BoundedServer.start("127.0.0.1", server.address().getPort(), c -> {}))
        .withMessageContaining("is in use");
  }

  private HttpRequest.Builder get() {
    return HttpRequest.newBuilder(server.address().resolve("/page"));
  }

  private HttpRequest.Builder post(String body) {
    URI uri = server.address().resolve("/length");
    return HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.timeout(Duration.ofSeconds(5)).build(), BodyHandlers.ofString());
  }

  private int statusFor(String host) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
      String request = "GET /page HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return Integer.parseInt(answer.substring(9, 12));
    }
  }
}
