package io.dpostream.sampler.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.model.Generation;
import io.dpostream.sampler.vllm.VllmException.Kind;
import io.dpostream.settings.ApiKey;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.apache.kafka.common.errors.InterruptException;

/** The endpoints of one vLLM server that sampling needs. Thread-safe. */
final class VllmServer {
  private static final long FORGETTING_MS = 10_000;

  private final VllmHttp http;
  private final VllmSettings settings;
  private final Semaphore turns;

  VllmServer(String baseUrl, Optional<ApiKey> key, VllmSettings settings) {
    this.http = new VllmHttp(baseUrl, key);
    this.settings = settings;
    this.turns = new Semaphore(settings.maxConcurrency());
  }

  /** Where it is. */
  String address() {
    return http.address();
  }

  /** The model that it was started with. */
  BaseModel baseModel() {
    JsonNode models = http.get("/v1/models", settings.timeoutMs());
    for (JsonNode card : models.path("data")) {
      if (card.path("parent").asText("").isEmpty()) { // an adapter's parent is its base
        return new BaseModel(
            card.path("id").asText(""),
            card.path("root").asText(""),
            card.path("max_model_len").asInt(Integer.MAX_VALUE));
      }
    }
    throw http.failure(Kind.NO_SUCH_PATH, "/v1/models", "names no model");
  }

  /**
   * A model that a server was started with.
   *
   * @param name in requests and answers
   * @param root where the server read it from
   * @param maxLength longest sequence in tokens
   */
  record BaseModel(String name, String root, int maxLength) {}

  /** The release of vLLM that it is. */
  String version() {
    return http.get("/version", settings.timeoutMs()).path("version").asText("");
  }

  /** How it was started; empty where {@code VLLM_SERVER_DEV_MODE} is not set. */
  Optional<JsonNode> configuration() {
    try {
      String path = "/server_info?config_format=json";
      return Optional.of(http.get(path, settings.loadTimeoutMs()).path("vllm_config"));
    } catch (VllmException e) {
      if (e.kind() == Kind.NO_SUCH_PATH) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Completes one prompt; waits first until few enough others are under way. */
  CompletableFuture<Generation> complete(CompletionCall call, Placement placement) {
    awaitTurn();
    CompletableFuture<JsonNode> answer =
        http.postAsync("/v1/completions", call.body(placement), settings.timeoutMs());
    answer.whenComplete((json, failure) -> turns.release());
    return answer.thenApply(json -> sample(json, call, placement));
  }

  private void awaitTurn() {
    try {
      turns.acquire();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private Generation sample(JsonNode answer, CompletionCall call, Placement placement) {
    try {
      return call.sample(answer, placement);
    } catch (VllmException e) {
      throw http.failure(e.kind(), "/v1/completions", e.reason());
    }
  }

  /** Reads an adapter under a name that it does not serve yet. */
  void loadAdapter(String name, Path folder) {
    ObjectNode body = named(name).put("lora_path", folder.toString());
    http.post("/v1/load_lora_adapter", body, settings.loadTimeoutMs());
  }

  /** Forgets an adapter; one that it does not serve is {@link Kind#NO_SUCH_MODEL}. */
  void unloadAdapter(String name) {
    long limitMs = Math.min(settings.timeoutMs(), FORGETTING_MS); // completions wait for this
    http.post("/v1/unload_lora_adapter", named(name), limitMs);
  }

  private static ObjectNode named(String adapter) {
    return VllmHttp.JSON.createObjectNode().put("lora_name", adapter);
  }

  /** Lets it end what it writes, and begin nothing new. */
  void pause() {
    http.post("/pause?mode=wait", nothing(), settings.loadTimeoutMs());
  }

  /** Lets it begin again. */
  void resume() {
    http.post("/resume", nothing(), settings.loadTimeoutMs());
  }

  /** Reads all weights from a folder; one that it cannot read ends the server. */
  void reloadWeights(Path folder) {
    ObjectNode body = VllmHttp.JSON.createObjectNode().put("method", "reload_weights");
    body.putObject("kwargs").put("weights_path", folder.toString());
    http.post("/collective_rpc", body, settings.loadTimeoutMs());
  }

  /** Forgets what other weights computed; returns whether it did. */
  boolean resetPrefixCache() {
    JsonNode answer = http.post("/reset_prefix_cache", nothing(), settings.loadTimeoutMs());
    return answer.path("success").asBoolean(false);
  }

  /** Gives its weights a label, which answers report. */
  void labelWeights(String label) {
    ObjectNode body = VllmHttp.JSON.createObjectNode().put("new_version", label);
    http.post("/update_weight_version", body, settings.loadTimeoutMs());
  }

  /** The label of its weights. */
  String weightLabel() {
    JsonNode answer = http.get("/weight_info", settings.loadTimeoutMs());
    return answer.path("weight_version").asText("");
  }

  private static ObjectNode nothing() {
    return VllmHttp.JSON.createObjectNode();
  }
}
