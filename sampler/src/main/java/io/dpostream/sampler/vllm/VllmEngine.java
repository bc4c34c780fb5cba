package io.dpostream.sampler.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.policy.model.Generation;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.sampler.versions.EngineUnavailableException;
import io.dpostream.sampler.versions.LoadedPolicy;
import io.dpostream.sampler.versions.PromptCodec;
import io.dpostream.sampler.versions.SamplingEngine;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.ApiKey;
import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples on vLLM servers, each a replica of the others. A version is brought to one after the
 * other; one that is out of reach meanwhile is brought the version that writes when it is back.
 *
 * <p>Where a version takes the place of the one before, a batch that is being written ends first.
 */
public final class VllmEngine implements SamplingEngine {
  private static final Logger log = LoggerFactory.getLogger(VllmEngine.class);

  private final VllmSettings settings;
  private final SamplerConfig config;
  private final EngineOptions options;
  private final VersionSync sync;
  private final List<Replica> replicas;
  private final ReadWriteLock writing = new ReentrantReadWriteLock(true);
  private Optional<ServedVersion> newest = Optional.empty(); // guarded by writing

  private VllmEngine(SamplerConfig config, VersionSync sync, Optional<ApiKey> key) {
    this.settings = config.vllm();
    this.config = config;
    this.options = new EngineOptions(config.device(), config.dtype(), config.threads());
    this.sync = sync;
    this.replicas =
        settings.baseUrls().stream()
            .map(url -> new VllmServer(url, key, settings))
            .map(server -> new Replica(server, settings.retryBackoffMs()))
            .toList();
  }

  /**
   * Makes an engine of the configured servers, and calls none yet.
   *
   * @param rank of the adapters that are trained; 0 when all weights are
   * @param environment holds the key
   * @throws UserException when the settings do not fit together
   */
  public static VllmEngine of(SamplerConfig config, int rank, Map<String, String> environment) {
    FreshNames names = new FreshNames(UUID.randomUUID().toString().substring(0, 8));
    VersionSync sync =
        switch (config.vllm().sync()) {
          case WEIGHTS -> new WeightSync(names);
          case ADAPTER -> new AdapterSync(rank, names);
        };
    return new VllmEngine(config, sync, key(config.vllm(), environment));
  }

  private static Optional<ApiKey> key(VllmSettings settings, Map<String, String> environment) {
    return settings.apiKeyEnv().map(variable -> key(variable, environment));
  }

  private static ApiKey key(String variable, Map<String, String> environment) {
    try {
      return new ApiKey(environment.getOrDefault(variable, ""));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "sampler.vllm.api_key_env: environment variable %s holds no key: %s"
              .formatted(variable, e.getMessage()));
    }
  }

  /** Checks every server in reach; one has to be. */
  @Override
  public void check() {
    List<String> missing = new ArrayList<>();
    for (Replica replica : replicas) {
      try {
        check(replica);
      } catch (VllmException e) {
        refusal(e).ifPresent(VllmEngine::raise);
        missing.add(e.reason());
      }
    }
    if (missing.size() == replicas.size()) {
      throw new EngineUnavailableException(missing.get(0));
    }
    missing.forEach(reason -> log.warn("begins without a server: {}", reason));
  }

  private static void raise(RuntimeException refusal) {
    throw refusal;
  }

  private void check(Replica replica) {
    VllmServer server = replica.server();
    server.baseModel();
    Optional<JsonNode> configuration = server.configuration();
    String mode = configuration.map(c -> logprobsMode(c)).orElse("");
    if (mode.endsWith("_logits")) {
      throw new UserException(
          "sampler.vllm.base_urls: %s gives %s for log-probabilities; start it with --logprobs-mode raw_logprobs"
              .formatted(server.address(), mode));
    }
    sync.check(server, configuration);
  }

  private static String logprobsMode(JsonNode configuration) {
    return configuration.path("model_config").path("logprobs_mode").asText("");
  }

  /** A failure that no patience mends. */
  private static Optional<RuntimeException> refusal(VllmException e) {
    return switch (e.kind()) {
      case ACCESS_REFUSED ->
          Optional.of(
              new UserException(
                  "sampler.vllm.api_key_env: %s; name the variable with the server's key"
                      .formatted(e.reason())));
      case NO_SUCH_PATH, NO_SUCH_MODEL, REQUEST_REFUSED ->
          Optional.of(
              new UserException(
                  "sampler.vllm.base_urls: %s; name a vLLM server, without /v1"
                      .formatted(e.reason())));
      default -> Optional.empty();
    };
  }

  VllmSettings settings() {
    return settings;
  }

  List<Replica> replicas() {
    return replicas;
  }

  @Override
  public LoadedPolicy load(PolicyVersion record) {
    VersionFolder version = sync.open(record);
    PromptCodec codec = PromptCodec.open(version.checkpoint(), config);
    ServedVersion served = new ServedVersion(version, sync, codec.eosTokenIds());
    try {
      if (sync.replaces()) {
        exclusively(() -> bring(served));
      } else {
        bring(served);
      }
      return new VllmPolicy(this, version, codec, served, config.maxNewTokens());
    } catch (RuntimeException e) {
      served.remove();
      codec.close();
      throw e;
    }
  }

  private void exclusively(Runnable action) {
    lock(writing.writeLock());
    try {
      action.run();
    } finally {
      writing.writeLock().unlock();
    }
  }

  /** Either side may hold it for minutes, which no stop is to wait for. */
  private static void lock(Lock lock) {
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** A comparison of what servers write with what a version would. */
  WeightsCheck comparing(ServedVersion served) {
    return new WeightsCheck(served.folder(), options, settings.tolerance());
  }

  /**
   * Brings a version to every server that takes it. One that rests is left out unless no other
   * takes it; it is brought the version when it is asked to write.
   *
   * @throws UserException when none takes it, each for a reason that lies in the version
   * @throws EngineUnavailableException when none takes it, and one may do so later
   */
  private void bring(ServedVersion served) {
    List<String> passing = new ArrayList<>();
    List<UserException> lasting = new ArrayList<>();
    boolean brought = false;
    try (WeightsCheck check = comparing(served)) {
      for (Replica replica : restingLast()) {
        if (brought && replica.rests(System.nanoTime())) {
          passing.add(replica.server().address() + " failed a moment ago");
          continue;
        }
        try {
          if (sync.replaces()) {
            newest.ifPresent(former -> former.forget(replica)); // also if this fails half way
          }
          served.bringTo(replica, check);
          brought = true;
        } catch (VllmException e) {
          passing.add(e.reason());
          replica.rest(System.nanoTime());
        } catch (UserException e) {
          lasting.add(e);
          replica.rest(System.nanoTime());
        }
      }
    }
    if (!brought) {
      throw passing.isEmpty() ? lasting.get(0) : new EngineUnavailableException(passing.get(0));
    }
    passing.forEach(reason -> warnOfMissing(served, reason));
    lasting.forEach(e -> warnOfMissing(served, String.valueOf(e.getMessage())));
    newest = Optional.of(served);
  }

  private List<Replica> restingLast() {
    long now = System.nanoTime();
    return replicas.stream().sorted(Comparator.comparing(r -> r.rests(now))).toList();
  }

  private static void warnOfMissing(ServedVersion served, String reason) {
    log.warn("{} writes on fewer servers than configured: {}", served.name(), reason);
  }

  /**
   * Completes every call with one version.
   *
   * @throws EngineUnavailableException when no server writes, or with another version
   */
  List<Generation> complete(ServedVersion served, List<CompletionCall> calls) {
    lock(writing.readLock());
    try {
      if (sync.replaces() && newest.filter(v -> v == served).isEmpty()) {
        throw new EngineUnavailableException(""); // the newer one is to be taken
      }
      return new Rounds(this, served, calls).complete();
    } finally {
      writing.readLock().unlock();
    }
  }
}
