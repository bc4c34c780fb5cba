package io.dpostream.judge.human;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The interface behind the page, as somebody speaks to it who is no browser of ours. */
class HumanPageTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Pages pages = new Pages();
  private String session = "";

  @BeforeEach
  void setUp() throws Exception {
    pages.sampled("p1", "Prompt", "first", "second");
    session = signIn(Pages.ANN);
  }

  @AfterEach
  void tearDown() {
    pages.close();
  }

  @Test
  void shouldKeepTheTokenOutOfACookieThatNoScriptReads() throws Exception {
    HttpResponse<String> response = send(post("/api/session", "{\"token\":\"" + Pages.BOB + "\"}"));

    assertThat(response.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("HttpOnly", "SameSite=Strict", "Max-Age=43200")
        .doesNotContain(Pages.BOB);
  }

  @ParameterizedTest
  @CsvSource({"GET,/api/turn", "GET,/api/status", "POST,/api/vote", "POST,/api/undo"})
  void shouldGiveNothingWithoutAToken(String method, String path) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(pages.address() + path))
            .method(method, BodyPublishers.ofString("{\"choice\":\"tie\"}"))
            .header("X-Dpo-Page", "1");

    assertThat(send(request).statusCode()).isEqualTo(401);
    assertThat(send(request.header("Cookie", "dpo_annotator=" + Pages.ANN)).statusCode())
        .isEqualTo(401);
    assertThat(send(post("/api/session", "{\"token\":\"wrong\"}")).statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({
    "Origin,http://evil.example",
    "Origin,null",
    "Sec-Fetch-Site,cross-site",
    "Sec-Fetch-Site,same-site",
  })
  void shouldRefusePostsOfOtherSites(String header, String value) throws Exception {
    HttpRequest.Builder foreign =
        post("/api/vote", vote("left")).header("Cookie", session).header(header, value);

    HttpResponse<String> response = send(foreign);

    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(response.body())
        .isEqualTo("{\"message\":\"This request came from another site and was refused.\"}");
    assertThat(pages.log).isEmpty();
  }

  @Test
  void shouldRefusePostsThatAFormCouldMake() throws Exception {
    HttpRequest.Builder form =
        HttpRequest.newBuilder(URI.create(pages.address() + "/api/vote"))
            .header("Cookie", session)
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString(vote("left")));

    assertThat(send(form).statusCode()).isEqualTo(403);
    assertThat(pages.log).isEmpty();
  }

  @Test
  void shouldCountTheSameAnswerPostedTwiceOnce() throws Exception {
    turn();
    CompletableFuture<HttpResponse<String>> first = voteAsync("left");
    CompletableFuture<HttpResponse<String>> second = voteAsync("left");

    assertThat(first.get().statusCode()).isEqualTo(200);
    assertThat(second.get().statusCode()).isEqualTo(200);
    assertThat(pages.log).hasSize(1);
    assertThat(body(voteAsync("right").get()).path("notice").asText())
        .isEqualTo("You had answered this pair already; that answer was kept.");
    assertThat(pages.log).hasSize(1);
  }

  @Test
  void shouldNotTakeAnAnswerForSavedBeforeItIs() throws Exception {
    turn();
    pages.logIsAway = true;
    assertThat(voteAsync("left").get().statusCode()).isEqualTo(503);
    assertThat(turn().path("progress").path("voted").asInt()).isZero();

    pages.logIsAway = false;
    assertThat(body(voteAsync("left").get()).path("saved").asText()).isEqualTo("left");
    assertThat(turn().path("progress").path("voted").asInt()).isOne();
  }

  @Test
  void shouldKeepWhoeverAnswersSignedIn() throws Exception {
    turn();

    HttpResponse<String> answer = voteAsync("left").get();

    assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
        .contains("dpo_annotator=ann~", "Max-Age=43200");
  }

  @Test
  void shouldEndASessionWhenItsPersonSignsOut() throws Exception {
    HttpRequest.Builder signOut =
        HttpRequest.newBuilder(URI.create(pages.address() + "/api/session"))
            .header("X-Dpo-Page", "1")
            .header("Cookie", session)
            .DELETE();

    assertThat(send(signOut).statusCode()).isEqualTo(200);

    assertThat(send(get("/api/turn")).statusCode()).as("of somebody with a copy").isEqualTo(401);
  }

  @Test
  void shouldSlowDownWhoeverGuessesTokens() throws Exception {
    for (int i = 0; i < SignInLimiter.FREE; i++) {
      assertThat(send(post("/api/session", "{\"token\":\"wrong\"}")).statusCode()).isEqualTo(401);
    }

    HttpResponse<String> next = send(post("/api/session", "{\"token\":\"wrong\"}"));

    assertThat(next.statusCode()).isEqualTo(429);
    assertThat(next.headers().firstValue("Retry-After")).contains("1");
  }

  @Test
  void shouldSayNothingOfThePolicy() throws Exception {
    JsonNode task = turn().path("task");

    assertThat(task.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("pair", "attempt", "lease_ms", "prompt", "left", "right");
    assertThat(task.path("left").fieldNames()).toIterable().containsExactly("text", "cut");
  }

  @Test
  void shouldRefuseALateAnswerWithAReason() throws Exception {
    turn();
    pages.clock.move(Pages.LEASE);

    JsonNode answer = body(voteAsync("left").get());

    assertThat(answer.path("notice").asText())
        .isEqualTo(
            "Your time for this pair has ended, so it went back to everybody."
                + " Your answer did not count; here is the next pair.");
    assertThat(pages.log).isEmpty();
  }

  @Test
  void shouldAskForPatienceWithoutADesk() throws Exception {
    pages.page.suspend();
    assertThat(send(get("/api/turn")).statusCode()).isEqualTo(503);
    assertThat(send(get("/health")).body()).isEqualTo("waiting");
  }

  private String signIn(String token) throws Exception {
    String cookie =
        send(post("/api/session", "{\"token\":\"" + token + "\"}"))
            .headers()
            .firstValue("Set-Cookie")
            .orElseThrow();
    return cookie.substring(0, cookie.indexOf(';'));
  }

  private JsonNode turn() throws Exception {
    return body(send(get("/api/turn")));
  }

  private CompletableFuture<HttpResponse<String>> voteAsync(String choice) {
    HttpRequest request = post("/api/vote", vote(choice)).header("Cookie", session).build();
    return http.sendAsync(request, BodyHandlers.ofString());
  }

  private static String vote(String choice) {
    return "{\"pair\":\"p1\",\"attempt\":1,\"choice\":\"" + choice + "\"}";
  }

  private HttpRequest.Builder get(String path) {
    return HttpRequest.newBuilder(URI.create(pages.address() + path)).header("Cookie", session);
  }

  private HttpRequest.Builder post(String path, String body) {
    return HttpRequest.newBuilder(URI.create(pages.address() + path))
        .timeout(Duration.ofSeconds(20))
        .header("X-Dpo-Page", "1")
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static JsonNode body(HttpResponse<String> response) throws Exception {
    return JSON.readTree(response.body());
  }
}
