package io.dpostream.sampler.vllm;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.model.AdapterFolder;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.sampler.vllm.VllmException.Kind;
import io.dpostream.sampler.vllm.VllmServer.BaseModel;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a server load a version's adapter beside the weights it was started with. Version 0, which
 * has none, is those weights.
 */
final class AdapterSync implements VersionSync {
  private static final Logger log = LoggerFactory.getLogger(AdapterSync.class);

  /** What vLLM takes for {@code --max-lora-rank}. */
  private static final List<Integer> RANKS = List.of(1, 8, 16, 32, 64, 128, 256, 320, 512);

  /** One version writes while the next one is loaded. */
  private static final int LEAST_ADAPTERS = 2;

  private final int rank;
  private final FreshNames names;
  private final Map<Path, String> hashes = new ConcurrentHashMap<>();
  private final Set<String> unseen = ConcurrentHashMap.newKeySet();

  /**
   * @param rank of the adapters that are trained
   */
  AdapterSync(int rank, FreshNames names) {
    int largest = RANKS.get(RANKS.size() - 1);
    if (rank < 1 || rank > largest) {
      throw new UserException(
          "sampler.vllm.sync: adapter is not possible with trainer.lora_r %d; set that from 1 to %d, or sync to weights"
              .formatted(rank, largest));
    }
    this.rank = rank;
    this.names = names;
  }

  @Override
  public void check(VllmServer server, Optional<JsonNode> configuration) {
    configuration.ifPresent(c -> checkSizes(server, c.path("lora_config")));
    try {
      server.unloadAdapter("dpo-stream asks whether adapters can be loaded");
    } catch (VllmException e) {
      if (e.kind() == Kind.NO_SUCH_PATH) {
        throw new UserException(
            "sampler.vllm.sync: %s takes no adapters; start vLLM with VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 and --enable-lora, or set sync to weights"
                .formatted(server.address()));
      }
      if (e.kind() != Kind.NO_SUCH_MODEL) {
        throw e;
      }
    }
  }

  private void checkSizes(VllmServer server, JsonNode lora) {
    if (!lora.isObject()) {
      throw tooSmall(server, "--enable-lora");
    }
    if (lora.path("max_lora_rank").asInt(Integer.MAX_VALUE) < rank) {
      throw tooSmall(server, "--max-lora-rank " + atLeast(rank));
    }
    if (lora.path("max_loras").asInt(LEAST_ADAPTERS) < LEAST_ADAPTERS) {
      throw tooSmall(server, "--max-loras %d or more".formatted(LEAST_ADAPTERS));
    }
  }

  private static int atLeast(int rank) {
    return RANKS.stream().filter(r -> r >= rank).findFirst().orElse(rank);
  }

  private static UserException tooSmall(VllmServer server, String flag) {
    return new UserException(
        "sampler.vllm.sync: %s has no room for the adapters; start vLLM with %s"
            .formatted(server.address(), flag));
  }

  @Override
  public VersionFolder open(PolicyVersion version) {
    VersionFolder folder = VersionFolder.verifiedAdapter(version);
    if (folder.adapter().isEmpty() && version.getVersion() != 0) {
      throw new UserException(
          "%s: has no adapter; train with trainer.lora_r, or set sampler.vllm.sync to weights"
              .formatted(folder.path()));
    }
    return folder;
  }

  @Override
  public Placement place(VllmServer server, BaseModel base, VersionFolder version) {
    if (version.adapter().isEmpty()) {
      checkBase(server, base, version.path());
      return new Placement(base.name(), Optional.empty());
    }
    AdapterFolder adapter = version.adapter().get();
    checkBase(server, base, adapter.base());
    String name = names.of(version);
    try {
      server.loadAdapter(name, adapter.path());
    } catch (VllmException e) {
      if (e.kind() == Kind.NO_SUCH_MODEL || e.kind() == Kind.REQUEST_REFUSED) {
        throw new VllmException( // a shared file system may show the version later
            e.kind(),
            "%s; servers read versions at the same path as the sampler".formatted(e.reason()));
      }
      if (e.kind() == Kind.FAILED && e.reason().contains("max_lora_rank")) {
        throw new UserException(
            "%s; start it with --max-lora-rank %d".formatted(e.reason(), atLeast(adapter.rank())));
      }
      throw e;
    }
    return new Placement(name, Optional.empty());
  }

  /** Refuses a server whose weights are known to be others than those that were adapted. */
  private void checkBase(VllmServer server, BaseModel base, Path adapted) {
    Path served = Path.of(base.root()).toAbsolutePath().normalize();
    if (served.equals(adapted.toAbsolutePath().normalize())) {
      return;
    }
    if (!Files.isDirectory(served) || !Files.isDirectory(adapted)) {
      if (unseen.add(base.root())) {
        log.warn(
            "{} serves {}, which cannot be compared from here; it must hold the weights of {}",
            server.address(),
            base.root(),
            adapted);
      }
      return;
    }
    if (!hash(server, served).equals(hash(server, adapted))) {
      throw new VllmException(
          Kind.OTHER_WEIGHTS,
          "sampler.vllm.base_urls: %s serves %s, whose weights are not those of %s; start it with that model"
              .formatted(server.address(), base.root(), adapted));
    }
  }

  /** A folder that cannot be read is not remembered: what it holds may still be arriving. */
  private String hash(VllmServer server, Path folder) {
    try {
      return hashes.computeIfAbsent(folder, f -> CheckpointFolder.open(f).sha256());
    } catch (CheckpointException e) {
      throw new VllmException(
          Kind.OTHER_WEIGHTS,
          "what %s serves cannot be compared: %s".formatted(server.address(), e.getMessage()));
    }
  }

  @Override
  public void remove(VllmServer server, Placement placement) {
    if (names.made(placement.model())) {
      server.unloadAdapter(placement.model());
    }
  }

  @Override
  public boolean replaces() {
    return false;
  }
}
