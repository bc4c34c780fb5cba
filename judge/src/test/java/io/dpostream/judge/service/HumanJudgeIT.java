package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.judge.Examples;
import io.dpostream.judge.Judges;
import io.dpostream.judge.Wire;
import io.dpostream.judge.assembler.AssemblerConfig;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.settings.UserException;
import io.dpostream.testing.Background;
import io.dpostream.testing.SharedBroker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** People's votes on a real broker. */
@Execution(ExecutionMode.CONCURRENT)
class HumanJudgeIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String ANN = "ann-0123456789abc";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path dir;
  private static Path annotators;

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void enlistAnnotators() throws IOException {
    annotators = Files.writeString(dir.resolve("annotators"), "ann: " + ANN + "\n");
  }

  @Test
  void shouldLoseNothingWhenTheJudgeIsStartedAgain() throws Exception {
    Wire wire = new Wire("people");
    wire.write(wire.settings().topics().completionPairs(), pairs(3), CompletionPair::getPairId);

    JsonNode open;
    try (Judging judging = new Judging(wire, 100)) {
      JsonNode first = judging.turn().path("task");
      assertThat(judging.vote(first, "left").path("saved").asText()).isEqualTo("left");
      // committed when it is acknowledged, and visible once the broker has marked it so
      await().atMost(PATIENCE).until(() -> judgments(wire).size() == 1);
      JsonNode again = judging.undo().path("task");
      assertThat(again.path("pair")).isEqualTo(first.path("pair"));
      open = judging.vote(again, "tie").path("task");
    }
    try (Judging judging = new Judging(wire, 100)) {
      assertThat(judging.vote(open, "skip").path("saved").asText()).isEqualTo("skip");
      JsonNode progress = judging.turn().path("progress");
      assertThat(progress.path("voted").asInt()).isEqualTo(2);
      assertThat(progress.path("open").asInt()).isEqualTo(2);
    }

    List<Judgment> people =
        judgments(wire).stream().filter(j -> j.getAnnotatorId().isPresent()).toList();
    assertThat(people)
        .allSatisfy(j -> assertThat(j.getJudgeKind()).isEqualTo(JudgeKind.HUMAN))
        .allSatisfy(j -> assertThat(j.getAnnotatorId()).contains("ann"));
    assertThat(people).extracting(Judgment::getAttempt).containsExactly(1, 2, 1);
    assertThat(people.get(1).getVerdict()).isEqualTo(VerdictKind.TIE);
    assertThat(people.get(1).getSupersedes()).contains(people.get(0).getJudgmentId());
    assertThat(people.get(2).getVerdict()).isEqualTo(VerdictKind.ABSTAIN);
  }

  @Test
  void shouldAbstainWherePeopleWillNotJudge() throws Exception {
    Wire wire = new Wire("busy");
    wire.write(wire.settings().topics().completionPairs(), pairs(5), CompletionPair::getPairId);

    try (Judging judging = new Judging(wire, 2)) {
      await().atMost(PATIENCE).until(() -> judgments(wire).size() >= 3);
      assertThat(judging.turn().path("progress").path("open").asInt()).isEqualTo(2);
      judging.vote(judging.turn().path("task"), "skip"); // ann is alone: skipped by all
      await().atMost(PATIENCE).until(() -> judgments(wire).size() == 5);
    }

    assertThat(judgments(wire))
        .extracting(j -> j.getRationale().orElseThrow())
        .containsExactlyInAnyOrder(
            "2 pairs wait for people already",
            "2 pairs wait for people already",
            "2 pairs wait for people already",
            "skipped by ann",
            "skipped by everybody who was left");
  }

  @Test
  void shouldStopTheOlderOfTwoProcessesThatServeTheSameJudge() throws Exception {
    Wire wire = new Wire("two");
    wire.write(wire.settings().topics().completionPairs(), pairs(2), CompletionPair::getPairId);

    try (Judging older = new Judging(wire, 100)) {
      JsonNode task = older.turn().path("task");
      try (Judging newer = new Judging(wire, 100)) {
        assertThat(older.post("/api/vote", older.body(task, "left")).statusCode()).isEqualTo(503);
        assertTakenOver(older);
        assertThat(newer.turn().path("task").isObject()).isTrue();
      }
    }
    assertThat(judgments(wire)).isEmpty();
  }

  @Test
  void shouldStopTheOlderOfTwoProcessesThoughNobodyVotes() throws Exception {
    Wire wire = new Wire("idle");
    wire.write(wire.settings().topics().completionPairs(), pairs(1), CompletionPair::getPairId);

    try (Judging older = new Judging(wire, 100);
        Judging newer = new Judging(wire, 100)) {
      assertTakenOver(older);
      assertThat(newer.turn().path("task").isObject()).isTrue();
    }
    assertThat(wire.records(wire.settings().topics().judgments().name())).isEmpty();
  }

  @Test
  void shouldReadPartitionsThatTopicsAreGivenLater() throws Exception {
    Wire wire = new Wire(withFreshMetadata(SharedBroker.deployment("wide")));

    try (Judging judging = new Judging(wire, 100)) {
      wire.widen(4, wire.settings().topics().completionPairs());
      wire.write(wire.settings().topics().completionPairs(), pairs(20), CompletionPair::getPairId);

      await()
          .atMost(PATIENCE)
          .until(() -> judging.turn().path("progress").path("open").asInt() == 20);
    }
  }

  private static KafkaSettings withFreshMetadata(KafkaSettings settings) {
    return new KafkaSettings(
        settings.bootstrapServers(),
        settings.schemaRegistryUrl(),
        settings.topicPrefix(),
        Map.of("metadata.max.age.ms", "1000"));
  }

  private static void assertTakenOver(Judging older) {
    Assertions.assertThatThrownBy(() -> older.run.orTimeout(90, TimeUnit.SECONDS).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(UserException.class)
        .hasMessageContaining(
            "a newer judge people has taken over; one process serves a human judge");
  }

  private static List<CompletionPair> pairs(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Examples.pair("p" + i, Examples.prompt("Prompt " + i), "a" + i, "b" + i))
        .toList();
  }

  private static List<Judgment> judgments(Wire wire) {
    return wire.read(wire.settings().topics().judgments());
  }

  /** The service, and a person at its page. */
  private final class Judging implements AutoCloseable {
    private final CompletableFuture<URI> page = new CompletableFuture<>();
    private final JudgeService service;
    private final CompletableFuture<Void> run;
    private final URI address;
    private final String cookie;

    Judging(Wire wire, int maxOpen) throws Exception {
      Map<String, Object> people =
          Map.of(
              "id",
              "people",
              "type",
              "human",
              "port",
              0,
              "annotators",
              annotators.toString(),
              "max_open",
              maxOpen);
      JudgeConfig config = JudgeMain.config(Map.of("judges", List.of(people)));
      JudgeListener listener =
          new JudgeListener() {
            @Override
            public void pageServed(String judgeId, URI address) {
              page.complete(address);
            }
          };
      service =
          new JudgeService(
              config,
              Duration.ofMillis(AssemblerConfig.defaults().correctionWindowMs()),
              wire.settings(),
              Judges.onClassPath(),
              listener,
              Clock.systemUTC());
      run = Background.run(service::run);
      address = page.get();
      await().atMost(PATIENCE).until(() -> get("/health", "").body().equals("open"));
      String set =
          send(request("/api/session", "")
                  .POST(BodyPublishers.ofString("{\"token\":\"" + ANN + "\"}")))
              .headers()
              .firstValue("Set-Cookie")
              .orElseThrow();
      cookie = set.substring(0, set.indexOf(';'));
    }

    JsonNode turn() throws Exception {
      return JSON.readTree(get("/api/turn", cookie).body());
    }

    JsonNode vote(JsonNode task, String choice) throws Exception {
      return JSON.readTree(post("/api/vote", body(task, choice)).body());
    }

    JsonNode undo() throws Exception {
      return JSON.readTree(post("/api/undo", "{}").body());
    }

    String body(JsonNode task, String choice) {
      return JSON.createObjectNode()
          .put("pair", task.path("pair").asText())
          .put("attempt", task.path("attempt").asInt())
          .put("choice", choice)
          .toString();
    }

    HttpResponse<String> post(String path, String body) throws Exception {
      return send(request(path, cookie).POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> get(String path, String cookie) throws Exception {
      return send(request(path, cookie));
    }

    private HttpRequest.Builder request(String path, String cookie) {
      return HttpRequest.newBuilder(address.resolve(path))
          .header("Cookie", cookie)
          .header("X-Dpo-Page", "1");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
      return http.send(request.build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
      service.close();
      run.exceptionally(failure -> null).join();
    }
  }
}
