package io.dpostream.judge.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.dpostream.judge.LogLines;
import io.dpostream.settings.SettingsTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A real HTTP server that speaks OpenAI's protocol as others do, each in a way of its own. */
@Timeout(30)
class EndpointQuirksTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final PairwisePrompt.Rendered PROMPT =
      new PairwisePrompt.Rendered("You judge.", "A or B?");

  /** Status and body. */
  private record Reply(int status, String body) {}

  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private final ExecutorService handlers = Executors.newCachedThreadPool();
  private final LogLines log = new LogLines(ResilientEndpoint.class.getName());
  private volatile Function<JsonNode, Reply> behaviour = request -> verdict(request, "stop");
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          JsonNode request = JSON.readTree(exchange.getRequestBody());
          requests.add(request);
          Reply reply = behaviour.apply(request);
          byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(reply.status(), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.setExecutor(handlers);
    server.start();
  }

  @AfterEach
  void stop() {
    log.close();
    server.stop(0);
    handlers.shutdownNow();
  }

  @ParameterizedTest
  @CsvSource({
    "stop, WHOLE",
    "eos, WHOLE",
    "eos_token, WHOLE",
    "STOP, WHOLE",
    "FINISH_REASON_STOP, WHOLE",
    "end_turn, WHOLE",
    "stop_sequence, WHOLE",
    "endoftext, WHOLE",
    "COMPLETE, WHOLE",
    "completed, WHOLE",
    "<|im_end|>, WHOLE",
    "</s>, WHOLE",
    "'', WHOLE",
    "length, CUT",
    "MAX_TOKENS, CUT",
    "max_output_tokens, CUT",
    "maxTokens, CUT",
    "model_context_window_exceeded, CUT",
    "incomplete, CUT",
    "content_filter, CUT",
    "content-filtered, CUT",
    "SAFETY, CUT",
    "RECITATION, CUT",
    "refusal, CUT",
    "guardrail_intervened, CUT",
    "ERROR_LIMIT, CUT",
    "error, BROKEN",
    "abort, BROKEN",
    "insufficient_system_resource, BROKEN",
    "network_error, BROKEN",
    "tool_calls, UNKNOWN",
    "xyz, UNKNOWN",
  })
  void shouldTellHowAnAnswerEndedByTheWordsInItsName(String name, AnswerEnd end) throws Exception {
    assertThat(AnswerEnd.of(name)).isEqualTo(end);
    behaviour = request -> verdict(request, name);

    if (end == AnswerEnd.BROKEN) {
      assertThatThrownBy(() -> endpoint(Map.of("max_attempts", 2)).ask(PROMPT))
          .hasMessageEndingWith("broke its answer off: finish_reason " + name);
      assertThat(requests).hasSize(2);
    } else {
      boolean whole = end != AnswerEnd.CUT;
      assertThat(endpoint().ask(PROMPT).answer().isPresent()).isEqualTo(whole);
    }
  }

  @Test
  void shouldNameAnUnknownEndOnce() throws Exception {
    behaviour = request -> verdict(request, "xyz");
    ResilientEndpoint endpoint = endpoint();

    endpoint.ask(PROMPT);
    endpoint.ask(PROMPT);

    assertThat(lines()).singleElement().asString().contains("finish_reason xyz");
  }

  static Stream<String> contents() {
    String verdict = quoted("{\"verdict\": \"A\"}");
    return Stream.of(
            """
        [{"type":"thinking","thinking":[{"type":"text","text":"[[B]]"}]},{"type":"text","text":<verdict>}]""",
            """
        [{"type":"reasoning","text":"I lean to B"},{"type":"output_text","text":<verdict>}]""",
            """
        [{"thought":true,"text":"B"},{"text":<verdict>}]""",
            """
        [{"type":"text","text":"So:\\n"},{"type":"text","text":<verdict>}]""",
            """
        ["I think ",<verdict>]""",
            """
        {"type":"text","text":<verdict>}""",
            quoted("{\"explanation\": \"one\ntwo\ttabs\r\nthree\", \"verdict\": \"A\"}"),
            quoted("{\"explanation\": \"\\( x \\) \\frac12 \\alpha \\C\", \"verdict\": \"A\"}"),
            quoted("{\"explanation\": \"\\underline{x} \\u12 \\\\use\", \"verdict\": \"A\"}"),
            quoted("{\"Verdict\": \"Answer A\"}"))
        .map(content -> content.replace("<verdict>", verdict));
  }

  @ParameterizedTest
  @MethodSource("contents")
  void shouldReadTheVerdictHoweverTheTextIsWrapped(String content) throws Exception {
    behaviour = request -> new Reply(200, answer(content, "\"stop\""));

    assertThat(endpoint().ask(PROMPT).answer()).contains(VerdictParser.A);
    assertThat(requests).hasSize(1);
  }

  @Test
  void shouldPassOverAByteOrderMark() throws Exception {
    behaviour = request -> new Reply(200, "\ufeff" + verdict(request, "stop").body());

    assertThat(endpoint().ask(PROMPT).answer()).contains(VerdictParser.A);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"null", "\"\"", "\" \\n\"", "[]", "[{\"type\":\"thinking\",\"thinking\":\"hm\"}]"})
  void shouldAskAgainForAnAnswerWithoutAWordWithinItsAttempts(String content) throws Exception {
    behaviour =
        request ->
            requests.size() % 2 == 1
                ? new Reply(200, answer(content, "\"stop\""))
                : verdict(request, "stop");
    ChatEndpoint.Completion second = endpoint().ask(PROMPT);

    assertThat(second.answer()).contains(VerdictParser.A);
    assertThat(second.promptTokens()).isEqualTo(20); // what was empty was paid for, too
    assertThat(requests).hasSize(2);

    requests.clear();
    behaviour = request -> new Reply(200, answer(content, "\"stop\""));
    ResilientEndpoint endpoint = endpoint(Map.of("max_attempts", 3, "breaker_failures", 1));

    assertThatThrownBy(() -> endpoint.ask(PROMPT))
        .isInstanceOf(EndpointException.class)
        .hasMessageEndingWith("answered without a word, 3 times");
    assertThat(requests).hasSize(3);
    assertThat(lines()).isEmpty(); // and no outage
  }

  static Stream<Arguments> peculiarities() {
    Predicate<JsonNode> schema = r -> format(r).equals("json_schema");
    Predicate<JsonNode> anyFormat = r -> !format(r).isEmpty();
    Predicate<JsonNode> temperature = r -> r.has("temperature");
    Predicate<JsonNode> system = r -> r.at("/messages/0/role").asText().equals("system");
    Predicate<JsonNode> limit = r -> r.has("max_tokens");
    return Stream.of(
        arguments(
            schema,
            400,
            "[{'error':{'code':400,'message':'Invalid JSON payload received. Unknown name"
                + " additionalProperties at generation_config.response_schema: Cannot find field.'}}]",
            "with response_format json_object"),
        arguments(
            schema,
            422,
            "{'detail':[{'type':'extra_forbidden','loc':['body','response_format','json_schema'],"
                + "'msg':'Extra inputs are not permitted'}]}",
            "with response_format json_object"),
        arguments(
            anyFormat,
            400,
            "{'error':'structured outputs are not available for this model'}",
            "without a response_format"),
        arguments(
            anyFormat,
            500,
            "{'error':{'code':500,'message':'Unsupported param: response_format'}}",
            "without a response_format"),
        arguments(
            temperature,
            400,
            "{'error':{'message':'litellm.UnsupportedParamsError: gpt-5 models do not support"
                + " temperature=0.0. Only temperature=1 is supported.','param':null}}",
            "without a temperature"),
        arguments(
            temperature,
            400,
            "{'error':{'message':'invalid temperature: only 1 is allowed for this model'}}",
            "without a temperature"),
        arguments(
            system,
            400,
            "{'object':'error','message':'System role not supported','code':400}",
            "with its instructions in the user's turn"),
        arguments(
            system,
            400,
            "{'error':{'message':'Conversation roles must alternate user/assistant/user/...'}}",
            "with its instructions in the user's turn"),
        arguments(
            system,
            400,
            "{'error':{'message':'Developer instruction is not enabled for models/gemma-3-27b-it'}}",
            "with its instructions in the user's turn"),
        arguments(
            system,
            500,
            "{'error':{'code':500,'message':'Jinja Exception: System role not supported'}}",
            "with its instructions in the user's turn"),
        arguments(
            limit,
            400,
            "{'error':{'message':'max_tokens is not supported. Use max_completion_tokens.'}}",
            "with max_completion_tokens"),
        // Refusals that do not say what is wrong with the request.
        arguments(schema, 400, "Bad Request", "with response_format json_object"),
        arguments(anyFormat, 422, "", "without a response_format"),
        arguments(temperature, 400, "", "without a temperature"),
        arguments(system, 400, "{'error':'bad messages'}", "user's turn"),
        arguments(limit, 400, "{}", "with max_completion_tokens"),
        // Several at once.
        arguments(
            schema.or(temperature),
            400,
            "{'error':'neither json_schema nor a temperature, please'}",
            "with response_format json_object, without a temperature"),
        arguments(
            system.or(anyFormat).or(temperature),
            400,
            "{}",
            "without a response_format, without a temperature, with its instructions in the"
                + " user's turn"));
  }

  @ParameterizedTest(name = "{3}: {2}")
  @MethodSource("peculiarities")
  void shouldAskAsTheEndpointTakesItWithOneLineInTheLog(
      Predicate<JsonNode> refused, int status, String body, String how) throws Exception {
    behaviour =
        request ->
            refused.test(request)
                ? new Reply(status, body.replace('\'', '"'))
                : verdict(request, "stop");
    ResilientEndpoint endpoint = endpoint();

    assertThat(endpoint.ask(PROMPT).answer()).contains(VerdictParser.A);
    int before = requests.size();
    assertThat(endpoint.ask(PROMPT).answer()).contains(VerdictParser.A);

    assertThat(requests).hasSize(before + 1);
    assertThat(requests.get(before).toString()).contains("You judge.", "A or B?");
    assertThat(lines())
        .singleElement()
        .asString()
        .startsWith("WARN")
        .contains("answered " + status, ": asked ", how)
        .endsWith(" from now on");
  }

  @Test
  void shouldKeepItsWayOfAskingWhenARefusalIsTheQuestionsOwn() throws Exception {
    behaviour =
        request ->
            request.path("messages").toString().contains("too much")
                ? new Reply(400, "the schema, the system or the temperature? It is too long")
                : verdict(request, "stop");
    ResilientEndpoint endpoint = endpoint();
    PairwisePrompt.Rendered tooLong = new PairwisePrompt.Rendered("You judge.", "too much");

    for (int i = 0; i < 2; i++) { // before and after the endpoint has answered something
      assertThatThrownBy(() -> endpoint.ask(tooLong))
          .isInstanceOfSatisfying(
              EndpointException.class,
              e -> assertThat(e.kind()).isEqualTo(EndpointException.Kind.REQUEST_REFUSED));
      endpoint.ask(PROMPT);
    }

    JsonNode last = requests.get(requests.size() - 1);
    assertThat(format(last)).isEqualTo("json_schema");
    assertThat(last.has("temperature")).isTrue();
    assertThat(lines()).noneMatch(line -> line.contains("from now on"));
  }

  @Test
  void shouldHoldPairsBackWithALineWhenAllAreRefused() throws Exception {
    behaviour = request -> new Reply(400, "{\"error\":\"model not loaded\"}");
    ResilientEndpoint endpoint = endpoint(Map.of("breaker_failures", 3, "breaker_open_ms", 20));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> endpoint.ask(PROMPT)).hasMessageContaining("model not loaded");
    }

    Thread third = new Thread(() -> askQuietly(endpoint));
    third.start();
    await().until(() -> lines().stream().anyMatch(line -> line.contains("pairs wait")));
    int asked = requests.size();
    await().until(() -> requests.size() > asked);
    assertThat(third.isAlive()).isTrue();
    behaviour = request -> verdict(request, "stop");
    third.join();

    assertThat(lines())
        .satisfiesExactly(
            first -> assertThat(first).contains("model not loaded", "is an abstention"),
            outage -> assertThat(outage).contains("model not loaded", "pairs wait"),
            over -> assertThat(over).contains("answers again"));
  }

  @Test
  void shouldNotTakeAnEmptyAnswerForProofOfItsWayOfAsking() throws Exception {
    behaviour =
        request ->
            format(request).equals("json_schema")
                ? new Reply(400, "no json_schema")
                : new Reply(200, answer("null", "\"stop\""));
    ResilientEndpoint endpoint = endpoint(Map.of("max_attempts", 1));

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> endpoint.ask(PROMPT)).hasMessageContaining("without a word");
    }

    assertThat(requests)
        .extracting(EndpointQuirksTest::format)
        .containsExactly("json_schema", "json_object", "json_schema", "json_object");
  }

  private static void askQuietly(ResilientEndpoint endpoint) {
    try {
      endpoint.ask(PROMPT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String format(JsonNode request) {
    return request.at("/response_format/type").asText();
  }

  /** Answer A, in the format that was asked for. */
  private static Reply verdict(JsonNode request, String finishReason) {
    String text = format(request).isEmpty() ? "[[A]]" : "{\"verdict\": \"A\"}";
    return new Reply(200, answer(quoted(text), quoted(finishReason)));
  }

  private static String answer(String content, String finishReason) {
    return "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":%s},\"finish_reason\":%s}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}"
        .formatted(content, finishReason);
  }

  private static String quoted(String text) {
    return JSON.valueToTree(text).toString();
  }

  /** What was logged about this test's own server. */
  private List<String> lines() {
    String port = ":" + server.getAddress().getPort() + "/";
    return log.lines().stream().filter(line -> line.contains(port)).toList();
  }

  private ResilientEndpoint endpoint() {
    return endpoint(Map.of());
  }

  private ResilientEndpoint endpoint(Map<String, Object> with) {
    Map<String, Object> options = new HashMap<>();
    options.put("base_url", "http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    options.put("model", "m");
    options.put("api_key_env", "");
    options.put("retry_backoff_ms", 5);
    options.putAll(with);
    LlmJudgeOptions config = SettingsTree.read(options, LlmJudgeOptions.class, "judge");
    return new ResilientEndpoint(
        new ChatEndpoint(config, Optional.empty(), Clock.systemUTC()), config);
  }
}
