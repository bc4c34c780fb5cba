package io.dpostream.judge.llm;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.judge.llm.EndpointException.Kind;
import io.dpostream.settings.ApiKey;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One call of an OpenAI-compatible {@code POST /chat/completions}, without retries. Thread-safe.
 *
 * <p>The time limit covers the whole call: the JDK's own covers only the wait for the headers, and
 * a server that drips its body would hold a worker for ever.
 */
final class ChatEndpoint {
  /**
   * What came back.
   *
   * @param raw what the model wrote, or said in refusal; may be empty
   * @param answer the verdict in it; empty, too, when the model was cut off or refused
   * @param end how it ended
   * @param endName what the endpoint calls this end; may be empty
   */
  record Completion(
      String raw,
      Optional<VerdictParser> answer,
      AnswerEnd end,
      String endName,
      int promptTokens,
      int completionTokens,
      long latencyMs) {

    /** Tokens of question and answer; 0 when the endpoint does not count them. */
    long tokens() {
      return (long) promptTokens + completionTokens;
    }

    /** Whether the model said nothing at all, though nothing kept it from it. */
    boolean isEmpty() {
      return raw.isBlank() && end != AnswerEnd.CUT;
    }

    /** Why there is no verdict in it. */
    String silence() {
      return end == AnswerEnd.CUT
          ? "the model's answer was cut off or withheld (finish_reason " + endName + ")"
          : "no verdict in the model's answer";
    }

    /** Adds what an earlier answer to the same question took. */
    Completion after(Completion earlier) {
      return new Completion(
          raw,
          answer,
          end,
          endName,
          promptTokens + earlier.promptTokens,
          completionTokens + earlier.completionTokens,
          latencyMs + earlier.latencyMs);
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MESSAGE_CHARS = 300;

  private final LlmJudgeOptions config;
  private final Optional<ApiKey> apiKey;
  private final Clock clock;
  private final HttpClient http;

  ChatEndpoint(LlmJudgeOptions config, Optional<ApiKey> apiKey, Clock clock) {
    this.config = config;
    this.apiKey = apiKey;
    this.clock = clock;
    // HTTP/1.1: many local model servers mishandle the upgrade that the JDK offers on plain http.
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(config.timeout())
            .build();
  }

  /**
   * Asks once.
   *
   * @throws EndpointException for everything that is not an answer
   */
  Completion ask(PairwisePrompt.Rendered prompt, RequestDialect dialect)
      throws InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(config.chatCompletions())
            .timeout(config.timeout())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(prompt, dialect)));
    apiKey.ifPresent(key -> request.header("Authorization", key.authorization()));
    long start = System.nanoTime();
    HttpResponse<String> response = send(request.build());
    long latencyMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    if (response.statusCode() / 100 != 2) {
      throw refusal(response, dialect);
    }
    return completion(response.body(), dialect.format(), latencyMs);
  }

  /** The failure of a question that was answered again and again without a word. */
  EndpointException silent(int times) {
    return failure(Kind.TRANSIENT, "answered without a word, " + times + " times");
  }

  private HttpResponse<String> send(HttpRequest request) throws InterruptedException {
    CompletableFuture<HttpResponse<String>> call =
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    try {
      return call.get(config.timeoutMs(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw failure(Kind.TRANSIENT, "gave no answer within " + config.timeoutMs() + " ms");
    } catch (ExecutionException e) {
      throw failure(Kind.TRANSIENT, "failed: " + e.getCause());
    } finally {
      call.cancel(true);
    }
  }

  private String body(PairwisePrompt.Rendered prompt, RequestDialect dialect) {
    ObjectNode body = JSON.createObjectNode().put("model", config.model());
    body.put(dialect.tokenLimit(), config.maxTokens());
    if (dialect.temperature()) {
      body.put("temperature", config.temperature());
    }
    ArrayNode messages = body.putArray("messages");
    String system = prompt.system() + dialect.format().instruction();
    String user = prompt.user();
    if (!system.isBlank() && dialect.systemRole()) {
      messages.addObject().put("role", "system").put("content", system);
    } else if (!system.isBlank()) {
      user = system.strip() + "\n\n" + user;
    }
    messages.addObject().put("role", "user").put("content", user);
    dialect.format().responseFormat().ifPresent(f -> body.set("response_format", f));
    return body.toString();
  }

  private Completion completion(String body, AnswerFormat format, long latencyMs) {
    Completion completion =
        CompletionReader.read(body, format, latencyMs)
            .orElseThrow(
                () -> failure(Kind.TRANSIENT, "answered what is no chat completion: " + body));
    if (completion.end() == AnswerEnd.BROKEN) {
      throw failure(Kind.TRANSIENT, "broke its answer off: finish_reason " + completion.endName());
    }
    return completion;
  }

  private EndpointException refusal(HttpResponse<String> response, RequestDialect dialect) {
    int status = response.statusCode();
    String body = response.body();
    boolean ofRequest = status == 400 || status == 413 || status == 422;
    // Some servers take a parameter that they do not know for a fault of their own.
    boolean names = ofRequest || (status >= 500 && !isPage(body) && RequestDialect.isRefusal(body));
    Kind kind = ofRequest && !dialect.refusesFormat(body) ? Kind.REQUEST_REFUSED : kind(status);
    return failure(
        kind,
        "answered " + status + ": " + body,
        retryAfter(response),
        names ? dialect.after(body) : Optional.empty(),
        kind == Kind.REQUEST_REFUSED && status != 413);
  }

  /** A proxy's page says nothing of the question, whatever words its markup holds. */
  private static boolean isPage(String body) {
    return body.stripLeading().startsWith("<");
  }

  private static Kind kind(int status) {
    return switch (status) {
      case 429 -> Kind.SLOW_DOWN;
      case 408, 409, 425 -> Kind.TRANSIENT;
      default -> status >= 500 ? Kind.TRANSIENT : Kind.ACCESS_REFUSED;
    };
  }

  /** Seconds or an HTTP date (RFC 9110, 10.2.3). */
  private Optional<Duration> retryAfter(HttpResponse<String> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .flatMap(
            value -> {
              try {
                if (value.chars().allMatch(Character::isDigit)) {
                  return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
                }
                ZonedDateTime at = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
                return Optional.of(Duration.between(clock.instant(), at.toInstant()));
              } catch (NumberFormatException | DateTimeException e) {
                return Optional.empty();
              }
            });
  }

  private EndpointException failure(Kind kind, String what) {
    return failure(kind, what, Optional.empty(), Optional.empty(), false);
  }

  /** Every failure is made here, so that no message holds the key, whole or cut off. */
  private EndpointException failure(
      Kind kind,
      String what,
      Optional<Duration> retryAfter,
      Optional<RequestDialect> instead,
      boolean unclear) {
    String open = config.chatCompletions() + " " + what;
    String line = apiKey.map(key -> key.redact(open)).orElse(open).replaceAll("\\s+", " ").strip();
    String head = line.length() <= MESSAGE_CHARS ? line : line.substring(0, MESSAGE_CHARS) + "…";
    return new EndpointException(kind, head, retryAfter, instead, unclear);
  }
}
