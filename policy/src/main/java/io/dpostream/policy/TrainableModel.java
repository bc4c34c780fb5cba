package io.dpostream.policy;

import ai.djl.ndarray.NDManager;
import io.dpostream.policy.ModelConfig.Head;
import java.util.List;
import java.util.Map;

/**
 * A policy in training: float32 master weights with gradients. The forward pass computes in the
 * dtype of the options; gradients reach the masters in float32.
 *
 * <p>One thread trains it at a time; other models may work meanwhile on other threads.
 */
public final class TrainableModel implements AutoCloseable {
  private final ModelConfig config;
  private final NDManager manager;
  private final TorchProgram program;
  private final Weights weights;
  private final Parameters parameters;
  private final int chunk;

  private TrainableModel(
      ModelConfig config,
      NDManager manager,
      TorchProgram program,
      Weights weights,
      Parameters parameters,
      int chunk) {
    this.config = config;
    this.manager = manager;
    this.program = program;
    this.weights = weights;
    this.parameters = parameters;
    this.chunk = chunk;
  }

  /**
   * Loads a checkpoint, widened to float32.
   *
   * @throws CheckpointException if the weights are missing, damaged or not those of the
   *     configuration
   */
  public static TrainableModel load(CheckpointFolder folder, EngineOptions options) {
    folder.requireHead(Head.CAUSAL_LM);
    return load(folder, options, LanguageModel.chunk(folder.config()));
  }

  /**
   * Loads a checkpoint as a reward model; one that is a language model has its head replaced by one
   * that is drawn.
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
    return load(new CheckpointFolder(folder.path(), config), options, 1, head);
  }

  /** Loads with another limit on the positions whose logits exist at one time. */
  static TrainableModel load(CheckpointFolder folder, EngineOptions options, int chunk) {
    return load(folder, options, chunk, Map.of());
  }

  private static TrainableModel load(
      CheckpointFolder folder, EngineOptions options, int chunk, Map<String, NamedTensor> others) {
    ModelConfig config = folder.config();
    Safetensors file = Safetensors.openFolder(folder.path());
    NDManager manager = Torch.manager(options);
    try {
      Tensors tensors = new Tensors(manager, options.device());
      Weights weights = Weights.load(tensors, config, file, Dtype.F32, others);
      TorchProgram program = DecoderProgram.load(manager, config, Dtype.named(options.dtype()), 0);
      Parameters parameters = new Parameters(tensors, weights.byName());
      return new TrainableModel(config, manager, program, weights, parameters, chunk);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  public ModelConfig config() {
    return config;
  }

  public Parameters parameters() {
    return parameters;
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

  private ForwardPass forward(PaddedBatch batch) {
    return ForwardPass.run(manager, program, weights.slots(), batch, chunk);
  }

  /**
   * Scores whole sequences with a reward model and keeps what the backward pass needs, until the
   * pass is closed.
   *
   * @throws IllegalArgumentException as {@link #forward}
   */
  public ScorePass forwardScores(List<int[]> sequences) {
    PaddedBatch batch = PaddedBatch.whole(sequences, config, PassShape.ofWhole(sequences));
    return ScorePass.run(manager, program, weights.slots(), batch);
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
