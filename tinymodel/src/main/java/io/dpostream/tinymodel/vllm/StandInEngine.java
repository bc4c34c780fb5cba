package io.dpostream.tinymodel.vllm;

import io.dpostream.policy.checkpoint.JsonFiles;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.Generation;
import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.SamplingOptions;
import io.dpostream.policy.torch.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The weights of a {@link VllmStandIn}, from its start to its end: the base, which can be reloaded,
 * and adapters, of which the least recently used leave when there are too many.
 *
 * <p>Its prefix cache is keyed by the model's name and outlives the weights that filled it: whoever
 * reloads weights without a reset, or gives a name twice, gets completions of the former weights.
 */
final class StandInEngine implements AutoCloseable {
  private static final EngineOptions OPTIONS = new EngineOptions("cpu", "float32", 1);

  private final Flags flags;
  private final CheckpointFolder base;
  private final Map<String, Path> adapters = new LinkedHashMap<>();
  private final LinkedHashMap<String, LanguageModel> inUse = new LinkedHashMap<>(16, .75f, true);
  private final Map<String, LanguageModel> prefixCache = new HashMap<>();
  private final Map<Path, LanguageModel> loaded = new HashMap<>();
  private LanguageModel weights;
  private String label = "default";
  private int evictions;
  private boolean dead;

  StandInEngine(Path model, Flags flags) {
    this.flags = flags;
    this.base = CheckpointFolder.open(model);
    this.weights = read(model);
  }

  /** The failure after which nothing works any more. */
  static final class Death extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  CheckpointFolder base() {
    return base;
  }

  synchronized Map<String, Path> adapters() {
    return new LinkedHashMap<>(adapters);
  }

  synchronized String label() {
    return label;
  }

  synchronized void label(String newLabel) {
    label = newLabel;
  }

  synchronized int evictions() {
    return evictions;
  }

  synchronized boolean isDead() {
    return dead;
  }

  /** Reads weights from a folder, and dies of one that it cannot read. */
  synchronized void reload(Path folder) {
    try {
      weights = read(folder);
    } catch (RuntimeException e) {
      throw death();
    }
  }

  synchronized void resetPrefixCache() {
    prefixCache.clear();
  }

  /** Returns why the adapter cannot be loaded, if it cannot. */
  synchronized Optional<String> load(String name, Path folder) {
    int rank = JsonFiles.readObject(folder.resolve("adapter_config.json")).path("r").asInt();
    if (rank > flags.maxLoraRank()) {
      return Optional.of(
          "Call to add_lora method failed: LoRA rank %d is greater than max_lora_rank %d."
              .formatted(rank, flags.maxLoraRank()));
    }
    adapters.put(name, folder);
    use(name);
    return Optional.empty();
  }

  synchronized void unload(String name) {
    adapters.remove(name);
  }

  /** Completes with the weights under a name, or with those that its prefix cache is full of. */
  Generation complete(String name, GenerationRequest request, SamplingOptions options) {
    LanguageModel model;
    synchronized (this) {
      LanguageModel named = name.isEmpty() ? weights : use(name);
      model = prefixCache.computeIfAbsent(name, n -> named);
    }
    return model.decoder().generate(List.of(request), options).get(0);
  }

  /** An adapter that has left is read again, which ends in death if its folder has gone. */
  private LanguageModel use(String name) {
    LanguageModel model = inUse.get(name);
    if (model == null) {
      Path folder =
          Optional.ofNullable(adapters.get(name))
              .filter(Files::isDirectory)
              .orElseThrow(this::death);
      model = read(folder.resolveSibling("").normalize()); // its effect, as published beside it
      inUse.put(name, model);
      if (inUse.size() > flags.maxLoras()) {
        inUse.remove(inUse.keySet().iterator().next());
        evictions++;
      }
    }
    return model;
  }

  private LanguageModel read(Path folder) {
    return loaded.computeIfAbsent(
        folder, f -> LanguageModel.load(CheckpointFolder.open(f), OPTIONS));
  }

  private Death death() {
    dead = true;
    return new Death();
  }

  @Override
  public synchronized void close() {
    loaded.values().forEach(LanguageModel::close);
    loaded.clear();
  }
}
