package io.dpostream.sampler.vllm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.sampler.vllm.VllmException.Kind;
import io.dpostream.settings.ApiKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * JSON over HTTP with one server, without retries. Every failure is a {@link VllmException}.
 * Thread-safe.
 *
 * <p>The time limit covers the whole call: the JDK's own covers only the wait for the headers.
 */
final class VllmHttp {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final int MESSAGE_CHARS = 300;

  // HTTP/1.1: the servers do not speak HTTP/2, which the JDK offers on plain http.
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  private final String base;
  private final Optional<ApiKey> key;

  /**
   * @param base address of the server, without {@code /v1}
   */
  VllmHttp(String base, Optional<ApiKey> key) {
    this.base = base.replaceAll("/+$", "").replaceAll("/v1$", "");
    this.key = key;
  }

  /** Where the server is. */
  String address() {
    return base;
  }

  /** Asks, and waits for the answer. */
  JsonNode get(String path, long limitMs) {
    return await(send(request(path).GET().build(), limitMs));
  }

  /** Sends a body, and waits for the answer. */
  JsonNode post(String path, JsonNode body, long limitMs) {
    return await(postAsync(path, body, limitMs));
  }

  /** Sends a body; the answer comes later. Cancelling it gives up the call. */
  CompletableFuture<JsonNode> postAsync(String path, JsonNode body, long limitMs) {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    return send(request, limitMs);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    key.ifPresent(k -> request.header("Authorization", k.authorization()));
    return request;
  }

  private CompletableFuture<JsonNode> send(HttpRequest request, long limitMs) {
    String path = request.uri().getPath();
    CompletableFuture<HttpResponse<String>> call =
        CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    CompletableFuture<JsonNode> answer =
        call.copy()
            .orTimeout(limitMs, TimeUnit.MILLISECONDS)
            .handle(
                (response, failure) -> {
                  if (failure != null) {
                    Throwable cause =
                        failure instanceof CompletionException c ? c.getCause() : failure;
                    throw cause instanceof TimeoutException
                        ? failure(Kind.TIMED_OUT, path, "gave no answer within " + limitMs + " ms")
                        : failure(Kind.UNREACHABLE, path, "failed: " + cause);
                  }
                  return answer(path, response);
                });
    // A call that nobody waits for any more is given up, and with it what the server does for it.
    answer.whenComplete((value, failure) -> call.cancel(true));
    return answer;
  }

  private JsonNode answer(String path, HttpResponse<String> response) {
    int status = response.statusCode();
    Optional<JsonNode> json = json(response.body());
    if (status / 100 != 2) {
      Kind kind = kind(status, json);
      throw failure(kind, path, "answered " + status + ": " + message(response.body(), json));
    }
    // Some successes are told in a plain sentence, or without one.
    return json.orElseGet(JSON::missingNode);
  }

  private static Kind kind(int status, Optional<JsonNode> json) {
    return switch (status) {
      case 401, 403 -> Kind.ACCESS_REFUSED;
      case 404, 405 ->
          json.filter(j -> j.has("error")).isPresent() ? Kind.NO_SUCH_MODEL : Kind.NO_SUCH_PATH;
      case 408, 425, 429, 502, 503, 504 -> Kind.UNREACHABLE;
      default -> status >= 500 ? Kind.FAILED : Kind.REQUEST_REFUSED;
    };
  }

  private static Optional<JsonNode> json(String body) {
    try {
      return Optional.ofNullable(JSON.readTree(body)).filter(j -> !j.isMissingNode());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static String message(String body, Optional<JsonNode> json) {
    String said = json.map(j -> j.path("error").path("message").asText("")).orElse("");
    return said.isEmpty() ? body : said;
  }

  /** Every failure is made here, so that no message holds the key, whole or cut off. */
  VllmException failure(Kind kind, String path, String what) {
    String open = base + path + " " + what;
    String line = key.map(k -> k.redact(open)).orElse(open).replaceAll("\\s+", " ").strip();
    return new VllmException(
        kind, line.length() <= MESSAGE_CHARS ? line : line.substring(0, MESSAGE_CHARS) + "…");
  }

  /** Waits for an answer; an interrupt gives it up. */
  static <T> T await(CompletableFuture<T> answer) {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof VllmException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
