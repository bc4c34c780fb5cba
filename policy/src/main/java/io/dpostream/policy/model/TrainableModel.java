package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.PolicyHash;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.checkpoint.StoredTensor;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.policy.torch.Tensors;
import io.dpostream.policy.torch.TorchEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model in training: float32 master weights with gradients, either all of the model's or those of
 * its low-rank adapters. The forward pass computes in the dtype of the options; gradients reach the
 * masters in float32.
 *
 * <p>One thread trains it at a time; other models may be used on other threads meanwhile.
 */
public final class TrainableModel implements AutoCloseable {
  private final CheckpointFolder folder;
  private final Safetensors stored;
  private final NDManager manager;
  private final Tensors tensors;
  private final Optional<LoraAdapters> adapters;
  private final Parameters parameters;
  private ForwardPass.Model model;

  private TrainableModel(
      CheckpointFolder folder,
      Safetensors stored,
      NDManager manager,
      Tensors tensors,
      Optional<LoraAdapters> adapters,
      Parameters parameters,
      ForwardPass.Model model) {
    this.folder = folder;
    this.stored = stored;
    this.manager = manager;
    this.tensors = tensors;
    this.adapters = adapters;
    this.parameters = parameters;
    this.model = model;
  }

  /**
   * Loads a checkpoint in float32 to train all of its weights.
   *
   * @throws CheckpointException if the weights are missing, damaged or not those of the
   *     configuration
   */
  public static TrainableModel load(CheckpointFolder folder, EngineOptions options) {
    return load(folder, options, FineTuning.full());
  }

  /**
   * Loads a checkpoint to train the weights that {@code fineTuning} selects. Frozen weights are
   * held in the dtype of the options.
   *
   * @throws CheckpointException as {@link #load(CheckpointFolder, EngineOptions)}
   */
  public static TrainableModel load(
      CheckpointFolder folder, EngineOptions options, FineTuning tuning) {
    folder.requireHead(Head.CAUSAL_LM);
    return load(folder, options, tuning, HeadLimits.of(folder.config()), Map.of());
  }

  /**
   * Loads a checkpoint as a reward model; a language model's head is replaced by a random one.
   *
   * @param seed of the draw
   * @throws CheckpointException as {@link #load}
   */
  public static TrainableModel loadReward(
      CheckpointFolder folder, EngineOptions options, long seed) {
    ModelConfig config = folder.config().withHead(Head.SEQUENCE_CLASSIFICATION);
    boolean drawn = folder.config().head() != config.head();
    Map<String, NamedTensor> head =
        drawn ? Map.of(WeightLayout.SCORE, InitialWeights.score(config, seed)) : Map.of();
    return load(folder.withConfig(config), options, FineTuning.full(), HeadLimits.of(config), head);
  }

  /** Loads with other limits of the head. */
  static TrainableModel load(CheckpointFolder folder, EngineOptions options, HeadLimits head) {
    return load(folder, options, FineTuning.full(), head, Map.of());
  }

  private static TrainableModel load(
      CheckpointFolder folder,
      EngineOptions options,
      FineTuning tuning,
      HeadLimits head,
      Map<String, NamedTensor> others) {
    ModelConfig config = folder.config();
    Safetensors stored = Safetensors.openFolder(folder.path());
    NDManager manager = TorchEngine.manager(options);
    try {
      Tensors tensors = new Tensors(manager, options.device());
      Dtype compute = Dtype.named(options.dtype());
      Dtype held = tuning.lora().isPresent() ? compute : Dtype.F32;
      Map<String, NamedTensor> replaced = new HashMap<>(others);
      if (tuning.lora().isEmpty()) {
        replaced.putAll(folder.changed(stored));
      }
      Weights weights = Weights.load(tensors, config, stored, held, replaced);
      Optional<LoraAdapters> adapters = tuning.lora().map(lora -> adapters(tensors, folder, lora));
      Parameters parameters =
          new Parameters(tensors, adapters.map(LoraAdapters::byName).orElse(weights.byName()));
      double scale = tuning.lora().map(Lora::scale).orElse(0.0);
      double dropout = tuning.lora().map(Lora::dropout).orElse(0.0);
      ForwardPass.Model model =
          new ForwardPass.Model(
              manager,
              new Layers(
                  DecoderProgram.load(manager, config, compute, scale, dropout),
                  weights.slots(),
                  adapters.map(LoraAdapters::slots).orElse(List.of()),
                  compute,
                  scale),
              head,
              tuning.gradientCheckpointing());
      return new TrainableModel(folder, stored, manager, tensors, adapters, parameters, model);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** The adapters that a folder has, or new ones. */
  private static LoraAdapters adapters(Tensors tensors, CheckpointFolder folder, Lora lora) {
    return folder
        .adapter()
        .map(stored -> LoraAdapters.load(tensors, folder.config(), lora, stored))
        .orElseGet(() -> LoraAdapters.create(tensors, folder.config(), lora));
  }

  public ModelConfig config() {
    return folder.config();
  }

  /** The trained tensors: the model's, or its adapters'. */
  public Parameters parameters() {
    return parameters;
  }

  /**
   * The model's present tensors as a checkpoint holds them, with adapters merged into the weights;
   * read when they are streamed.
   */
  public List<NamedTensor> weights() {
    if (adapters.isEmpty()) {
      return parameters.export();
    }
    return WeightLayout.of(config()).names().stream()
        .map(name -> adapters.get().merged(tensors, new StoredTensor(stored, name)))
        .toList();
  }

  /** The identity of {@link #weights}: see {@link PolicyHash}. */
  public String sha256() {
    return PolicyHash.of(weights());
  }

  /**
   * The model that the adapters began as. The two share the frozen weights, so that it holds
   * nothing but a copy of the first adapters where those came from the folder. It lives no longer
   * than this one.
   *
   * <p>Without first adapters its numbers are those of a {@link LanguageModel} of the same folder.
   * With them it adds their product as this model does, and a model that has them merged into its
   * weights differs from both in the last bits.
   *
   * @throws IllegalStateException when all weights are trained
   */
  public LanguageModel start() {
    Lora lora =
        adapters
            .map(LoraAdapters::lora)
            .orElseThrow(() -> new IllegalStateException("this model is trained without adapters"));
    NDManager own = manager.newSubManager();
    List<NDArray> first =
        folder
            .adapter()
            .map(kept -> LoraAdapters.load(tensors.ownedBy(own), config(), lora, kept).slots())
            .orElse(List.of());
    return LanguageModel.of(
        config(),
        own,
        model.layers().withAdapters(first),
        WeightLayout.of(config()).sha256(stored, folder.changed(stored)),
        model.head().chunk());
  }

  /** Whether adapters are trained instead of all weights. */
  public boolean hasAdapters() {
    return adapters.isPresent();
  }

  /**
   * Writes the adapters into an existing empty folder in PEFT's layout.
   *
   * @throws IllegalStateException when all weights are trained
   * @throws IOException when the folder cannot be written
   */
  public void writeAdapter(Path emptyFolder) throws IOException {
    adapters
        .orElseThrow(() -> new IllegalStateException("this model is trained without adapters"))
        .write(tensors, emptyFolder, folder.path().toAbsolutePath());
  }

  /**
   * The manager that owns the weights. An optimizer keeps its state and programs in one
   * sub-manager, and temporary results in another.
   */
  NDManager manager() {
    return manager;
  }

  /**
   * Scores a batch and keeps what its backward pass needs, until the pass is closed. Sequences do
   * not see each other; neighbours with the same prompt share its work.
   *
   * @throws IllegalArgumentException if the batch is empty, an id is outside the vocabulary or a
   *     sequence is longer than the model's positions
   */
  public ForwardPass forward(List<TokenSequence> sequences) {
    return forward(sequences, Dropout.NONE);
  }

  /** Scores a batch as {@link #forward(List)}, with dropout before the adapters. */
  public ForwardPass forward(List<TokenSequence> sequences, Dropout dropout) {
    return forward(FlatBatch.of(sequences, config(), effective(dropout)));
  }

  /** Scores a batch in a fixed shape, a row for each sequence, as runs that began before 0.2 do. */
  public ForwardPass forward(List<TokenSequence> sequences, PassShape shape) {
    return forward(sequences, shape, Dropout.NONE);
  }

  /** Scores a batch as {@link #forward(List, PassShape)}, with dropout before the adapters. */
  public ForwardPass forward(List<TokenSequence> sequences, PassShape shape, Dropout dropout) {
    return forward(PaddedBatch.of(sequences, config(), shape, effective(dropout)));
  }

  private Dropout effective(Dropout dropout) {
    return adapters.filter(a -> a.lora().dropout() > 0).map(a -> dropout).orElse(Dropout.NONE);
  }

  private ForwardPass forward(Batch batch) {
    return ForwardPass.run(model, batch);
  }

  /**
   * Scores whole sequences with a reward model and keeps what the backward pass needs, until the
   * pass is closed.
   *
   * @throws IllegalArgumentException as {@link #forward}
   */
  public RewardForwardPass forwardScores(List<int[]> sequences) {
    PaddedBatch batch = PaddedBatch.whole(sequences, config(), PassShape.ofWhole(sequences));
    return RewardForwardPass.run(model, batch);
  }

  /**
   * Keeps only each layer's input from now on, and computes the layer again in the backward pass.
   * Passes without padding give the same bits either way.
   */
  public void checkpointGradients() {
    model = model.checkpointed();
  }

  /** Sets all gradients to zero. */
  public void zeroGrad() {
    parameters.zeroGrad();
  }

  @Override
  public void close() {
    manager.close();
  }
}
