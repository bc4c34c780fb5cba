package io.dpostream.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.TorchProgram.Gradients;
import java.util.List;
import java.util.Map;

/**
 * A policy in training: float32 master weights with gradients, or adapters with gradients over
 * frozen weights. The forward pass computes in the dtype of the options; gradients reach what is
 * trained in float32.
 *
 * <p>One thread trains it at a time; other models may work meanwhile on other threads.
 */
public final class TrainableModel implements AutoCloseable {
  private final ModelConfig config;
  private final NDManager manager;
  private final TorchProgram program;
  private final Weights weights;
  private final Adapters adapters;
  private final Parameters parameters;
  private final boolean gradientCheckpointing;
  private final int chunk;

  private TrainableModel(
      ModelConfig config,
      NDManager manager,
      TorchProgram program,
      Weights weights,
      Adapters adapters,
      Parameters parameters,
      boolean gradientCheckpointing,
      int chunk) {
    this.config = config;
    this.manager = manager;
    this.program = program;
    this.weights = weights;
    this.adapters = adapters;
    this.parameters = parameters;
    this.gradientCheckpointing = gradientCheckpointing;
    this.chunk = chunk;
  }

  /**
   * Loads a checkpoint, widened to float32.
   *
   * @throws CheckpointException if the weights are missing, damaged or not those of the
   *     configuration
   */
  public static TrainableModel load(CheckpointFolder folder, EngineOptions options) {
    return load(folder, options, FineTuning.full());
  }

  /** Loads a checkpoint to train in part, or with less memory. */
  public static TrainableModel load(
      CheckpointFolder folder, EngineOptions options, FineTuning tuning) {
    return load(folder, options, tuning, LanguageModel.chunk(folder.config()));
  }

  /** Loads with another limit on the positions whose logits exist at one time. */
  static TrainableModel load(
      CheckpointFolder folder, EngineOptions options, FineTuning tuning, int chunk) {
    ModelConfig config = folder.config();
    Safetensors file = Safetensors.openFolder(folder.path());
    NDManager manager = Torch.manager(options);
    try {
      Dtype compute = Dtype.named(options.dtype());
      Tensors tensors = new Tensors(manager, options.device());
      boolean frozen = tuning.lora().isPresent();
      Weights weights =
          Weights.load(
              tensors, config, file, stored -> frozen ? frozenDtype(stored, compute) : Dtype.F32);
      Adapters adapters =
          tuning
              .lora()
              .map(lora -> Adapters.create(tensors, config, lora))
              .orElseGet(Adapters::none);
      return new TrainableModel(
          config,
          manager,
          DecoderProgram.load(manager, config, compute, tuning.lora().map(Lora::scale).orElse(0.0)),
          weights,
          adapters,
          new Parameters(tensors, frozen ? adapters.byName() : weights.byName()),
          tuning.gradientCheckpointing(),
          chunk);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Frozen weights stand in bfloat16 only where that loses nothing. */
  private static Dtype frozenDtype(Safetensors.Entry stored, Dtype compute) {
    return compute == Dtype.BF16 && stored.dtype() == Dtype.BF16 ? Dtype.BF16 : Dtype.F32;
  }

  public ModelConfig config() {
    return config;
  }

  /** What is trained: all weights, or the adapters under PEFT's names. */
  public Parameters parameters() {
    return parameters;
  }

  /**
   * The policy as one whole: its weights in float32, with the adapters merged in where there are
   * any. Read when streamed.
   */
  public List<NamedTensor> policy() {
    return weights.byName().entrySet().stream()
        .map(
            entry ->
                adapters
                    .over(entry.getKey())
                    .map(pair -> merged(entry.getKey(), entry.getValue(), pair))
                    .orElseGet(() -> parameters.export(entry.getKey(), entry.getValue())))
        .toList();
  }

  private NamedTensor merged(String name, NDArray weight, Map.Entry<NDArray, NDArray> pair) {
    return new MergedTensor(
        parameters.export(name, weight),
        sink -> {
          try (NDManager scope = manager.newSubManager()) {
            NDArray whole =
                program.tensor(
                    scope, Gradients.OFF, "merged", weight, pair.getKey(), pair.getValue());
            parameters.export(name, whole).stream(sink);
          }
        });
  }

  /** The identity of {@link #policy}: see {@link PolicyHash}. */
  public String sha256() {
    return PolicyHash.of(policy());
  }

  /**
   * The manager that owns the weights. An optimizer puts its state and its programs into a
   * sub-manager of it, and its passing results into another.
   */
  public NDManager manager() {
    return manager;
  }

  /**
   * Scores a batch and keeps what its backward pass needs, until the pass is closed.
   *
   * @throws IllegalArgumentException if the batch is empty, an id is outside the vocabulary or a
   *     sequence is longer than the model's positions
   */
  public ForwardPass forward(List<TokenSequence> sequences) {
    return forward(PaddedBatch.of(sequences, config));
  }

  /** The same, computed in a fixed shape, so that no sequence's numbers depend on the others. */
  public ForwardPass forward(List<TokenSequence> sequences, PassShape shape) {
    return forward(PaddedBatch.of(sequences, config, shape));
  }

  /**
   * The same for rows that hold several sequences each. Sequences that share a row do not see each
   * other, and each begins at position 0. The pass's rows are the sequences in their order.
   */
  public ForwardPass forwardPacked(List<List<TokenSequence>> rows) {
    return forward(PaddedBatch.packed(rows, config));
  }

  /**
   * Scores whole sequences with the head of a sequence classifier, read at their last tokens.
   *
   * @param sequences token ids of each
   * @throws IllegalArgumentException if an id is outside the vocabulary or a sequence is empty or
   *     longer than the model's positions
   * @throws IllegalStateException if the model has another head
   */
  public ScorePass forwardScores(List<int[]> sequences) {
    return ScorePass.run(
        new Network(program, weights.slots(), adapters.slots()),
        manager,
        LastTokens.of(sequences, config),
        Gradients.RECORD);
  }

  private ForwardPass forward(PaddedBatch batch) {
    return ForwardPass.run(
        new Network(program, weights.slots(), adapters.slots()),
        manager,
        batch,
        chunk,
        gradientCheckpointing);
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
