package io.dpostream.pipeline.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.pipeline.config.Settings.MetricsSettings;
import io.dpostream.pipeline.metrics.Meters;
import io.dpostream.settings.UserException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebServerTest {
  private static final MetricsSettings ANY =
      new MetricsSettings("127.0.0.1", Optional.of(0), List.of(), Optional.empty());

  private final Meters meters = new Meters("r1");

  @AfterEach
  void tearDown() {
    meters.close();
  }

  @Test
  void shouldServeAServicesMetersAndNoPage() throws Exception {
    try (WebServer server = WebServer.metrics(ANY, 0, meters)) {
      HttpResponse<String> metrics = get(server, "/metrics");

      assertThat(metrics.headers().firstValue("Content-Type"))
          .contains("text/plain; version=0.0.4; charset=utf-8");
      assertThat(metrics.body()).contains("jvm_memory_used_bytes{").endsWith("\n");
      assertThat(get(server, "/health").body()).isEqualTo("ok");
      assertThat(get(server, "/").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void shouldTellTheRun() throws Exception {
    RunHistory history = Runs.history(40);
    try (WebServer server =
        WebServer.dashboard(ANY, meters, "r1", () -> Runs.progress(40), history)) {
      JsonNode data = new ObjectMapper().readTree(get(server, "/data").body());

      JsonNode progress = data.path("progress");
      assertThat(progress.path("sampled").asLong())
          .isEqualTo(progress.path("decided").asLong() + progress.path("waiting").asLong());
      assertThat(data.path("steps").path("kl")).hasSize(40);
      assertThat(data.path("steps").path("kl").get(39).asDouble()).isEqualTo(0.04);
      assertThat(data.path("win_rates").findValuesAsText("step")).containsExactly("20", "40");
      assertThat(data.path("versions").findValuesAsText("version"))
          .containsExactly("3", "2", "1", "0");
      assertThat(data.path("preferences").get(0).path("judges").get(0).asText())
          .isEqualTo("people/ann");
      assertThat(data.path("judges").findValuesAsText("judge"))
          .containsExactlyInAnyOrder("answers", "style");
      assertThat(get(server, "/metrics").body())
          .contains("dpo_judge_kappa_majority{judge=\"answers\",run=\"r1\"} 1.0");
    }
  }

  @Test
  void shouldNameTheSettingWhenItsPortIsTaken() {
    try (WebServer server = WebServer.metrics(ANY, 0, meters)) {
      int port = server.address().getPort();

      assertThatThrownBy(() -> WebServer.metrics(ANY, port, meters))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "metrics.port: %d on 127.0.0.1 is in use; use another one, or 0 for a free one"
                  .formatted(port));
    }
  }

  @Test
  void shouldShowNothingWithoutTheTokenWhereOneIsSet() throws Exception {
    MetricsSettings settings =
        new MetricsSettings("127.0.0.1", Optional.of(0), List.of(), Optional.of("PATH"));
    String token = System.getenv("PATH");
    try (WebServer server =
        WebServer.dashboard(settings, meters, "r1", () -> Runs.progress(40), Runs.history(40))) {
      for (String path : List.of("/", "/data", "/metrics", "/?token=wrong")) {
        assertThat(get(server, path).statusCode()).isEqualTo(401);
      }
      HttpRequest.Builder scrape = HttpRequest.newBuilder(server.address().resolve("/metrics"));
      assertThat(send(scrape.header("Authorization", "Bearer " + token)).statusCode())
          .isEqualTo(200);
      HttpResponse<String> opened =
          get(server, "/?token=" + URLEncoder.encode(token, StandardCharsets.UTF_8));
      assertThat(opened.statusCode()).isEqualTo(302);
      String cookie = opened.headers().firstValue("Set-Cookie").orElseThrow();
      assertThat(cookie).contains("HttpOnly", "SameSite=Strict");
      HttpRequest.Builder data = HttpRequest.newBuilder(server.address().resolve("/data"));
      assertThat(send(data.header("Cookie", cookie.split(";")[0])).statusCode()).isEqualTo(200);
      assertThat(get(server, "/health").statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<String> get(WebServer server, String path) throws Exception {
    return send(HttpRequest.newBuilder(server.address().resolve(path)));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }
}
