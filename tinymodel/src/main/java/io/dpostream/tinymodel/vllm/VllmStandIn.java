package io.dpostream.tinymodel.vllm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dpostream.policy.model.Generation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands in for a vLLM server, on a real socket, where there is none: it keeps the rules that are
 * read from vLLM 0.33's source and were seen of 0.32 on a CPU, and writes with our own decoder.
 */
public final class VllmStandIn implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BASE = "base";

  private final Flags flags;
  private final Deque<Fault> faults = new ArrayDeque<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<JsonNode> completions = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile Path model;
  private volatile HttpServer server;
  private final List<StandInEngine> former = new CopyOnWriteArrayList<>();
  private volatile StandInEngine engine;
  private boolean paused;
  private int running;
  private int failingResets;
  private int failingPauses;
  private volatile int maxLength;
  private volatile int hangingAt = -1;
  private volatile boolean ignoresReloads;
  private volatile boolean hidesAdapters;
  private volatile Optional<String> labelAfterReload = Optional.empty();

  /** Starts one on a free port. */
  public VllmStandIn(Path model, Flags flags) {
    this.model = model;
    this.flags = flags;
    this.engine = new StandInEngine(model, flags);
    this.maxLength = engine.base().config().maxPositionEmbeddings();
    this.server = listen(0);
  }

  private HttpServer listen(int port) {
    try {
      HttpServer listening = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
      listening.createContext("/", this::handle);
      listening.setExecutor(threads);
      listening.start();
      return listening;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The requests so far, such as {@code POST /v1/completions}. */
  public List<String> requests() {
    return requests;
  }

  /** The bodies of the completion requests so far. */
  public List<JsonNode> completions() {
    return completions;
  }

  /** The names of the adapters that it serves. */
  public Set<String> adapters() {
    return engine.adapters().keySet();
  }

  /** How often an adapter left to make room. */
  public int evictions() {
    return engine.evictions();
  }

  /** Does something wrong at the next completions, as often as it is given here. */
  public void misbehave(Fault... next) {
    synchronized (faults) {
      faults.addAll(List.of(next));
    }
  }

  /** Answers no completion from now on whose prompt begins with this token; -1 ends that. */
  public void hangAt(int token) {
    hangingAt = token;
  }

  /** Answers that the prefix cache was not reset, this many times. */
  public void failResets(int times) {
    failingResets = times;
  }

  /** Fails with status 500 at being paused, this many times. */
  public synchronized void failPauses(int times) {
    failingPauses = times;
  }

  /** Keeps its weights from now on, whatever it is told to reload. */
  public void ignoreReloads() {
    ignoresReloads = true;
  }

  /** Whether it sees no adapter's folder from now on, as when a shared file system is late. */
  public void hideAdapters(boolean hide) {
    hidesAdapters = hide;
  }

  /** Labels its weights as somebody else would. */
  public void relabel(String label) {
    engine.label(label);
  }

  /** Takes sequences up to another length, as {@code --max-model-len} says at the next start. */
  public void limitLength(int tokens) {
    maxLength = tokens;
  }

  /** Is labelled by somebody else as soon as it has reloaded its weights, once. */
  public void relabelAfterReload(String label) {
    labelAfterReload = Optional.of(label);
  }

  /** Stops listening. */
  public synchronized void stop() {
    server.stop(0);
  }

  /** Is started anew with another model. */
  public synchronized void restartWith(Path other) {
    model = other;
    restart();
  }

  /** Starts listening again, with nothing but what it was started with. */
  public synchronized void restart() {
    int port = server.getAddress().getPort();
    server.stop(0);
    former.add(engine);
    engine = new StandInEngine(model, flags);
    paused = false;
    running = 0;
    server = listen(port);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    former.forEach(StandInEngine::close);
    engine.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    try (exchange) {
      JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
      Reply reply = isAllowed(exchange, path) ? reply(path, exchange, body) : Reply.unauthorized();
      send(exchange, reply);
    } catch (StandInEngine.Death e) {
      send(exchange, Reply.error(500, "InternalServerError", "EngineCore encountered an issue."));
      stop();
    } catch (HangUp e) {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write("{\"id\":".getBytes(UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class HangUp extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Only what begins with /v1 is guarded, as in vLLM. */
  private boolean isAllowed(HttpExchange exchange, String path) {
    String key = exchange.getRequestHeaders().getFirst("Authorization");
    return !path.startsWith("/v1")
        || flags.apiKey().map(k -> ("Bearer " + k).equals(key)).orElse(true);
  }

  private static void send(HttpExchange exchange, Reply reply) throws IOException {
    byte[] bytes = reply.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private Reply reply(String path, HttpExchange exchange, JsonNode body)
      throws InterruptedException {
    return switch (path) {
      case "/version" -> Reply.ok(JSON.createObjectNode().put("version", flags.release()));
      case "/v1/models" -> models();
      case "/v1/completions" -> completion(body);
      case "/v1/load_lora_adapter" -> flags.runtimeLora() ? load(body) : Reply.notFound();
      case "/v1/unload_lora_adapter" -> flags.runtimeLora() ? unload(body) : Reply.notFound();
      default -> flags.devMode() ? dev(path, exchange, body) : Reply.notFound();
    };
  }

  private Reply models() {
    ObjectNode json = JSON.createObjectNode().put("object", "list");
    ArrayNode data = json.putArray("data");
    ObjectNode base = data.addObject().put("id", BASE).put("root", model.toString());
    base.putNull("parent").put("max_model_len", maxLength);
    engine
        .adapters()
        .forEach(
            (name, folder) ->
                data.addObject()
                    .put("id", name)
                    .put("root", folder.toString())
                    .put("parent", BASE)
                    .putNull("max_model_len"));
    return Reply.ok(json);
  }

  private Reply load(JsonNode body) {
    String name = body.path("lora_name").asText();
    Path folder = Path.of(body.path("lora_path").asText());
    if (flags.maxLoras() == 0) {
      return Reply.error(500, "InternalServerError", "LoRA is not enabled.");
    }
    if (name.equals(BASE)) {
      return Reply.error(400, "InvalidUserInput", "'base' conflicts with a served base model.");
    }
    if (engine.adapters().containsKey(name)) {
      return Reply.error(400, "InvalidUserInput", "'" + name + "' has already been loaded.");
    }
    if (hidesAdapters || !Files.exists(folder.resolve("adapter_config.json"))) {
      return Reply.error(
          404, "NotFoundError", "Loading lora " + name + " failed: No adapter found for <path>");
    }
    return engine
        .load(name, folder)
        .map(reason -> Reply.error(500, "InternalServerError", reason))
        .orElseGet(() -> new Reply(200, "Success: LoRA adapter '" + name + "' added."));
  }

  private Reply unload(JsonNode body) {
    String name = body.path("lora_name").asText();
    if (!engine.adapters().containsKey(name)) {
      return Reply.error(404, "NotFoundError", "The lora adapter '" + name + "' cannot be found.");
    }
    engine.unload(name);
    return new Reply(200, "Success: LoRA adapter '" + name + "' removed.");
  }

  private Reply dev(String path, HttpExchange exchange, JsonNode body) throws InterruptedException {
    return switch (path) {
      case "/server_info" -> Reply.ok(configuration());
      case "/is_paused" -> Reply.ok(JSON.createObjectNode().put("is_paused", paused));
      case "/weight_info" ->
          Reply.ok(JSON.createObjectNode().put("weight_version", engine.label()));
      case "/pause" -> pause(String.valueOf(exchange.getRequestURI().getQuery()));
      case "/resume" -> resume();
      case "/collective_rpc" -> rpc(body);
      case "/reset_prefix_cache" -> resetPrefixCache();
      case "/update_weight_version" -> {
        engine.label(body.path("new_version").asText());
        yield Reply.ok(JSON.createObjectNode().put("success", true));
      }
      default -> Reply.notFound();
    };
  }

  private JsonNode configuration() {
    ObjectNode json = JSON.createObjectNode();
    ObjectNode config = json.putObject("vllm_config");
    config.putObject("model_config").put("logprobs_mode", flags.logprobsMode());
    if (flags.maxLoras() > 0) {
      config
          .putObject("lora_config")
          .put("max_loras", flags.maxLoras())
          .put("max_lora_rank", flags.maxLoraRank());
    } else {
      config.putNull("lora_config");
    }
    return json;
  }

  private synchronized Reply pause(String query) throws InterruptedException {
    if (!query.contains("mode=wait")) {
      return Reply.error(400, "InvalidUserInput", "this server is only asked to wait");
    }
    if (failingPauses > 0) {
      failingPauses--;
      return Reply.error(500, "InternalServerError", "Failed to pause generation");
    }
    paused = true;
    while (running > 0) {
      wait();
    }
    return Reply.ok(JSON.createObjectNode().put("status", "paused"));
  }

  private synchronized Reply resume() {
    paused = false;
    notifyAll();
    return Reply.ok(JSON.createObjectNode().put("status", "resumed"));
  }

  private synchronized Reply resetPrefixCache() {
    boolean success = failingResets == 0 && running == 0;
    if (success) {
      engine.resetPrefixCache();
    } else {
      failingResets = Math.max(0, failingResets - 1);
    }
    return Reply.ok(JSON.createObjectNode().put("success", success));
  }

  private Reply rpc(JsonNode body) {
    if (!body.path("method").asText().equals("reload_weights")) {
      return Reply.error(500, "InternalServerError", "no such method");
    }
    if (!ignoresReloads) {
      engine.reload(Path.of(body.path("kwargs").path("weights_path").asText()));
    }
    labelAfterReload.ifPresent(this::relabel);
    labelAfterReload = Optional.empty();
    return new Reply(200, "{\"results\":[null]}");
  }

  private Reply completion(JsonNode body) throws InterruptedException {
    completions.add(body);
    String name = body.path("model").asText(BASE);
    boolean adapter = engine.adapters().containsKey(name);
    if (!adapter && !name.equals(BASE)) {
      return Reply.error(404, "NotFoundError", "The model `" + name + "` does not exist.");
    }
    Optional<Reply> refusal = Completing.refusal(body, engine, maxLength);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (!begin()) {
      return Reply.error(503, "ServiceUnavailable", "Generation is paused. Please retry.");
    }
    StandInEngine writing = engine;
    try {
      Optional<Fault> fault = nextFault();
      if (Completing.is(fault, Fault.RESTART)) {
        threads.execute(this::restart);
        throw new HangUp();
      }
      if (Completing.is(fault, Fault.HANG) || body.path("prompt").path(0).asInt(-2) == hangingAt) {
        Thread.sleep(Long.MAX_VALUE);
      }
      if (Completing.is(fault, Fault.HANG_UP)) {
        throw new HangUp();
      }
      String label = writing.label();
      Generation generation =
          writing.complete(
              adapter ? name : "", Completing.request(body), Completing.options(body, writing));
      return Completing.answer(body, name, label, generation, fault);
    } finally {
      end();
    }
  }

  private Optional<Fault> nextFault() {
    synchronized (faults) {
      return Optional.ofNullable(faults.poll());
    }
  }

  private synchronized boolean begin() throws InterruptedException {
    while (paused && flags.queuesWhilePaused()) {
      wait();
    }
    if (paused) {
      return false;
    }
    running++;
    return true;
  }

  private synchronized void end() {
    running = Math.max(0, running - 1);
    notifyAll();
  }
}
