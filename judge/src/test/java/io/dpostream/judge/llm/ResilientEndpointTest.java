package io.dpostream.judge.llm;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.dpostream.settings.ApiKey;
import io.dpostream.settings.SettingsTree;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real HTTP server that misbehaves in every way that servers do. */
@Timeout(30)
class ResilientEndpointTest {
  private static final PairwisePrompt.Rendered PROMPT =
      new PairwisePrompt.Rendered("judge", "A or B?");
  private static final String KEY = "sk-very-secret";

  @RegisterExtension
  static WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  @Test
  void shouldSendTheKeyAndTheSchemaAndReadTheUsage() throws Exception {
    server.stubFor(post("/v1/chat/completions").willReturn(answer("{\\\"verdict\\\": \\\"A\\\"}")));

    ChatEndpoint.Completion completion = endpoint(Map.of()).ask(PROMPT);

    assertThat(completion.raw()).isEqualTo("{\"verdict\": \"A\"}");
    assertThat(completion.answer()).contains(VerdictParser.A);
    assertThat(completion.promptTokens()).isEqualTo(11);
    assertThat(completion.completionTokens()).isEqualTo(3);
    server.verify(
        postRequestedFor(anyUrl())
            .withHeader("Authorization", equalTo("Bearer " + KEY))
            .withRequestBody(containing("\"type\":\"json_schema\"")));
  }

  static Stream<ResponseDefinitionBuilder> passingTroubles() {
    return Stream.of(
        aResponse().withStatus(500),
        aResponse().withStatus(503),
        aResponse().withStatus(429).withHeader("Retry-After", "0"),
        aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER),
        aResponse().withFault(Fault.EMPTY_RESPONSE),
        aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE),
        aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK),
        okJson("{\"nonsense\": true}"),
        okJson("not json at all"));
  }

  @ParameterizedTest
  @MethodSource("passingTroubles")
  void shouldGetTheAnswerAfterATroubleThatPasses(ResponseDefinitionBuilder trouble)
      throws Exception {
    trouble(trouble);

    assertThat(endpoint(Map.of()).ask(PROMPT).raw()).isEqualTo("[[B]]");
  }

  /** Ten attempts, since on a busy machine a good answer may take a second, too. */
  @Test
  void shouldGetTheAnswerAfterOneThatTookTooLong() throws Exception {
    trouble(answer("[[A]]").withFixedDelay(2_000));

    assertThat(endpoint(Map.of("timeout_ms", 1_000, "max_attempts", 10)).ask(PROMPT).raw())
        .isEqualTo("[[B]]");
  }

  private static void trouble(ResponseDefinitionBuilder trouble) {
    server.stubFor(
        any(anyUrl())
            .inScenario("trouble")
            .whenScenarioStateIs("Started")
            .willReturn(trouble)
            .willSetStateTo("over"));
    server.stubFor(
        any(anyUrl())
            .inScenario("trouble")
            .whenScenarioStateIs("over")
            .willReturn(answer("[[B]]")));
  }

  @Test
  void shouldWaitAsLongAsRetryAfterSays() throws Exception {
    server.stubFor(
        any(anyUrl())
            .inScenario("limit")
            .whenScenarioStateIs("Started")
            .willReturn(aResponse().withStatus(429).withHeader("Retry-After", "1"))
            .willSetStateTo("over"));
    server.stubFor(
        any(anyUrl()).inScenario("limit").whenScenarioStateIs("over").willReturn(answer("[[B]]")));
    long start = System.nanoTime();

    endpoint(Map.of()).ask(PROMPT);

    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void shouldGiveUpAfterItsAttemptsWithoutNamingTheKey() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500).withBody("boom")));

    assertThatThrownBy(
            () -> endpoint(Map.of("max_attempts", 3, "breaker_failures", 100)).ask(PROMPT))
        .isInstanceOf(EndpointException.class)
        .hasMessageContaining("answered 500: boom")
        .hasMessageNotContaining(KEY);
    server.verify(3, postRequestedFor(anyUrl()));
  }

  @Test
  void shouldNotRepeatAKeyThatTheServerEchoes() {
    // The first body would be cut off inside the key.
    for (String body : List.of("x".repeat(235) + KEY, "Authorization: Bearer " + KEY + " is bad")) {
      server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(400).withBody(body)));
      assertThatThrownBy(() -> endpoint(Map.of()).ask(PROMPT))
          .isInstanceOf(EndpointException.class)
          .hasMessageContaining("answered 400")
          .hasMessageContaining("***")
          .hasMessageNotContaining("sk-");
    }
  }

  @Test
  void shouldNotRetryWhatCannotSucceed() throws Exception {
    for (int status : List.of(400, 413, 422)) {
      server.resetAll();
      ResilientEndpoint endpoint = endpoint(Map.of());
      server.stubFor(any(anyUrl()).willReturn(answer("[[A]]")));
      endpoint.ask(PROMPT); // so that the way of asking is not at fault
      server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status)));
      assertThatThrownBy(() -> endpoint.ask(PROMPT)).isInstanceOf(EndpointException.class);
      server.verify(2, postRequestedFor(anyUrl()));
    }
  }

  @Test
  void shouldFallBackToTheFormatThatTheServerTakes() throws Exception {
    server.stubFor(any(anyUrl()).atPriority(9).willReturn(answer("[[A]]")));
    server.stubFor(
        post(anyUrl())
            .atPriority(1)
            .withRequestBody(containing("response_format"))
            .willReturn(aResponse().withStatus(400).withBody("response_format is not supported")));
    ResilientEndpoint endpoint = endpoint(Map.of());

    endpoint.ask(PROMPT);
    endpoint.ask(PROMPT);

    // json_schema, json_object, text; the second question goes straight to text.
    server.verify(4, postRequestedFor(anyUrl()));
  }

  @Test
  void shouldAskAReasoningModelWithTheParametersThatItTakes() throws Exception {
    server.stubFor(any(anyUrl()).atPriority(9).willReturn(answer("[[A]]")));
    refuse(
        "max_tokens",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
            + " 'max_completion_tokens' instead.");
    refuse(
        "temperature",
        "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default"
            + " (1) value is supported.");
    ResilientEndpoint endpoint = endpoint(Map.of());

    endpoint.ask(PROMPT);
    endpoint.ask(PROMPT);

    // Each parameter is refused once; the second question is asked as the first one was in the end.
    server.verify(4, postRequestedFor(anyUrl()));
    server.verify(
        2,
        postRequestedFor(anyUrl())
            .withRequestBody(matchingJsonPath("$.max_completion_tokens", equalTo("1024")))
            .withRequestBody(matchingJsonPath("$[?(!@.temperature)]")));
  }

  private static void refuse(String parameter, String message) {
    server.stubFor(
        post(anyUrl())
            .atPriority(1)
            .withRequestBody(matchingJsonPath("$." + parameter))
            .willReturn(
                aResponse()
                    .withStatus(400)
                    .withBody(
                        "{\"error\": {\"message\": \"%s\", \"param\": \"%s\"}}"
                            .formatted(message, parameter))));
  }

  @Test
  void shouldBlameTheConfigurationForAFormatThatItNamesAndTheServerRefuses() {
    server.stubFor(
        any(anyUrl()).willReturn(aResponse().withStatus(400).withBody("no json_schema here")));

    assertThatThrownBy(
            () -> endpoint(Map.of("response_format", "json_schema", "max_attempts", 1)).ask(PROMPT))
        .isInstanceOfSatisfying(
            EndpointException.class,
            e -> assertThat(e.kind()).isEqualTo(EndpointException.Kind.ACCESS_REFUSED));
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 401, 402, 403, 404, 405, 407, 502})
  void shouldOutliveAnOutageThatIsLongerThanItsAttempts(int status) throws Exception {
    // Twelve failures in a row: far more than two attempts, but the breaker opens after two.
    for (int i = 0; i < 12; i++) {
      server.stubFor(
          any(anyUrl())
              .inScenario("outage")
              .whenScenarioStateIs(i == 0 ? "Started" : "down" + i)
              .willReturn(aResponse().withStatus(status))
              .willSetStateTo("down" + (i + 1)));
    }
    server.stubFor(
        any(anyUrl())
            .inScenario("outage")
            .whenScenarioStateIs("down12")
            .willReturn(answer("[[A]]")));

    String text =
        endpoint(Map.of("max_attempts", 3, "breaker_failures", 2, "breaker_open_ms", 20))
            .ask(PROMPT)
            .raw();

    assertThat(text).isEqualTo("[[A]]");
  }

  @Test
  void shouldKeepToItsRequestBudget() throws Exception {
    server.stubFor(any(anyUrl()).willReturn(answer("[[A]]")));
    ResilientEndpoint endpoint = endpoint(Map.of("requests_per_minute", 300)); // one every 200 ms
    long start = System.nanoTime();

    for (int i = 0; i < 6; i++) {
      endpoint.ask(PROMPT);
    }

    // Six requests span at least four whole periods, wherever in a period the first one fell.
    assertThat(System.nanoTime() - start)
        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(800));
  }

  @Test
  void shouldKeepToItsTokenBudget() throws Exception {
    // A minute has 1500 tokens, and each answer says that it took 1500: the second call waits.
    server.stubFor(
        any(anyUrl())
            .willReturn(
                okJson(
                    "{\"choices\": [{\"message\": {\"content\": \"?\"}}], \"usage\": {\"prompt_tokens\": 1500}}")));
    ResilientEndpoint endpoint = endpoint(Map.of("tokens_per_minute", 1500));
    CompletableFuture<Void> second = new CompletableFuture<>();

    endpoint.ask(PROMPT);
    Thread waiting =
        new Thread(
            () -> {
              try {
                endpoint.ask(PROMPT);
                second.complete(null);
              } catch (InterruptedException | RuntimeException e) {
                second.completeExceptionally(e);
              }
            });
    waiting.start();

    await()
        .during(Duration.ofMillis(500))
        .until(() -> !second.isDone() && server.findAll(postRequestedFor(anyUrl())).size() == 1);
    waiting.interrupt();
    assertThat(second).failsWithin(Duration.ofSeconds(5));
  }

  @Test
  void shouldSpendOnlyTheTokensThatAnAnswerTook() throws Exception {
    // An answer may take 1024 tokens and takes 14 with its question: the rest is there for others.
    server.stubFor(any(anyUrl()).willReturn(answer("[[A]]")));
    ResilientEndpoint endpoint = endpoint(Map.of("tokens_per_minute", 1500));

    for (int i = 0; i < 20; i++) {
      endpoint.ask(PROMPT);
    }

    server.verify(20, postRequestedFor(anyUrl()));
  }

  @Test
  void shouldNotSpendTokensOnARefusal() throws Exception {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(400)));
    ResilientEndpoint endpoint =
        endpoint(Map.of("tokens_per_minute", 1500, "breaker_failures", 100));

    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> endpoint.ask(PROMPT)).hasMessageContaining("answered 400");
    }
  }

  static Stream<Arguments> answersWithoutAVerdict() {
    String verdict = "{\\\"verdict\\\": \\\"A\\\"}";
    return Stream.of(
        arguments(
            """
            {"message": {"content": "%s"}, "finish_reason": "length"}
            """
                .formatted(verdict),
            "{\"verdict\": \"A\"}"),
        arguments(
            """
            {"message": {"content": "%s"}, "finish_reason": "content_filter"}
            """
                .formatted(verdict),
            "{\"verdict\": \"A\"}"),
        arguments(
            """
            {"message": {"content": null, "refusal": "I will not say %s"}, "finish_reason": "stop"}
            """
                .formatted(verdict),
            "I will not say {\"verdict\": \"A\"}"),
        arguments(
            """
            {"message": {"content": null}, "finish_reason": "length"}
            """,
            ""));
  }

  @ParameterizedTest
  @MethodSource("answersWithoutAVerdict")
  void shouldTakeACutOrRefusedAnswerAsOneWithoutAVerdict(String choice, String raw)
      throws Exception {
    server.stubFor(
        any(anyUrl())
            .willReturn(
                okJson(
                    "{\"choices\": [%s], \"usage\": {\"prompt_tokens\": 11, \"completion_tokens\": 3}}"
                        .formatted(choice))));

    ChatEndpoint.Completion completion = endpoint(Map.of()).ask(PROMPT);

    assertThat(completion.raw()).isEqualTo(raw);
    assertThat(completion.answer()).isEmpty();
    assertThat(completion.promptTokens()).isEqualTo(11);
    assertThat(completion.completionTokens()).isEqualTo(3);
    server.verify(1, postRequestedFor(anyUrl()));
  }

  private static ResponseDefinitionBuilder answer(String content) {
    return okJson(
        "{\"choices\": [{\"message\": {\"content\": \""
            + content
            + "\"}}], \"usage\": {\"prompt_tokens\": 11, \"completion_tokens\": 3}}");
  }

  private ResilientEndpoint endpoint(Map<String, Object> with) {
    Map<String, Object> options = new HashMap<>();
    options.put("base_url", server.baseUrl() + "/v1");
    options.put("model", "default");
    options.put("timeout_ms", 20_000);
    options.put("max_attempts", 3);
    options.put("retry_backoff_ms", 10);
    options.put("max_retry_after_ms", 5_000);
    options.put("breaker_open_ms", 50);
    options.putAll(with);
    LlmJudgeOptions config = SettingsTree.read(options, LlmJudgeOptions.class, "judge");
    return new ResilientEndpoint(
        new ChatEndpoint(config, Optional.of(new ApiKey(KEY)), Clock.systemUTC()), config);
  }
}
