package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.PolicyHash;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.ArrayValues;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NamedTensor;
import io.dpostream.policy.torch.Tensors;
import io.dpostream.policy.torch.TorchEngine;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A language model with frozen weights, which scores completions and, through {@link #decoder},
 * writes them.
 *
 * <p>Thread-safe: several threads may score and decode at the same time. Closing frees the weights
 * and must not happen during a call.
 */
public final class LanguageModel implements AutoCloseable {
  private final ModelConfig config;
  private final NDManager manager;
  private final Layers layers;
  private final String sha256;
  private final int chunk;
  private final Programs programs;
  private Optional<PackedWeights> packed = Optional.empty();

  private LanguageModel(
      ModelConfig config,
      NDManager manager,
      Layers layers,
      String sha256,
      int chunk,
      Programs programs) {
    this.config = config;
    this.manager = manager;
    this.layers = layers;
    this.sha256 = sha256;
    this.chunk = chunk;
    this.programs = programs;
  }

  /**
   * Loads a checkpoint, its weights in the dtype of the options.
   *
   * @throws CheckpointException if the weights are missing, damaged or not those of the
   *     configuration, or it is a reward model
   */
  public static LanguageModel load(CheckpointFolder folder, EngineOptions options) {
    return load(folder, options, Programs.OWN);
  }

  /** Loads a checkpoint with a program from elsewhere, which outlives the model. */
  static LanguageModel load(CheckpointFolder folder, EngineOptions options, Programs programs) {
    folder.requireHead(Head.CAUSAL_LM);
    return load(folder, options, HeadLimits.of(folder.config()).chunk(), programs);
  }

  /** Loads with another limit on the positions whose logits exist at one time. */
  static LanguageModel load(CheckpointFolder folder, EngineOptions options, int chunk) {
    return load(folder, options, chunk, Programs.OWN);
  }

  private static LanguageModel load(
      CheckpointFolder folder, EngineOptions options, int chunk, Programs programs) {
    ModelConfig config = folder.config();
    Safetensors file = Safetensors.openFolder(folder.path());
    NDManager manager = TorchEngine.manager(options);
    try {
      Dtype dtype = Dtype.named(options.dtype());
      Tensors tensors = new Tensors(manager, options.device());
      Map<String, NamedTensor> changed = folder.changed(file);
      Weights weights = Weights.load(tensors, config, file, dtype, changed);
      TorchProgram program = programs.decoder(manager, config, dtype);
      return new LanguageModel(
          config,
          manager,
          new Layers(program, weights.slots(), List.of(), dtype, 0),
          WeightLayout.of(config).sha256(file, changed),
          chunk,
          programs);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /**
   * A view of weights that another model holds: it takes no memory of its own.
   *
   * @param manager a sub-manager of theirs, which the view takes over
   * @param layers the weights, with other adapters or none
   * @param sha256 identity of the stored weights with the adapters merged
   */
  static LanguageModel of(
      ModelConfig config, NDManager manager, Layers layers, String sha256, int chunk) {
    return new LanguageModel(config, manager, layers, sha256, chunk, Programs.OWN);
  }

  public ModelConfig config() {
    return config;
  }

  /** The identity of the stored weights, widened to float32: see {@link PolicyHash}. */
  public String sha256() {
    return sha256;
  }

  /**
   * Creates a decoder of this model; share it or create several. The first one makes a copy of the
   * weights, in a layout that is faster for few tokens at a time.
   */
  public synchronized Decoder decoder() {
    PackedWeights weights =
        packed.orElseGet(() -> PackedWeights.of(manager, config, layers, programs));
    packed = Optional.of(weights);
    return new Decoder(config, manager, weights);
  }

  /**
   * Creates a decoder and frees the weights that only scoring needs: from now on this model can
   * write, and no longer score.
   */
  public synchronized Decoder decoderAlone() {
    Decoder decoder = decoder();
    layers.weights().forEach(NDArray::close);
    return decoder;
  }

  /**
   * Computes the log-probabilities of the completions' tokens: one row per sequence, one float32
   * per token. Nothing is recorded for gradients. Sequences do not see each other; neighbours with
   * the same prompt share its work.
   *
   * @throws IllegalArgumentException if the batch is empty, an id is outside the vocabulary or a
   *     sequence is longer than the model's positions
   */
  public float[][] logprobs(List<TokenSequence> sequences) {
    return logprobs(FlatBatch.of(sequences, config));
  }

  /**
   * Computes the log-probabilities of the completions' tokens in a fixed shape, a row for each
   * sequence, as runs that began before 0.2 do.
   */
  public float[][] logprobs(List<TokenSequence> sequences, PassShape shape) {
    return logprobs(PaddedBatch.of(sequences, config, shape));
  }

  private float[][] logprobs(Batch batch) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray scores =
          layers
              .program()
              .tensor(
                  scope,
                  Gradients.OFF,
                  "scores",
                  layers.weights(),
                  batch.hidden(layers, scope, Gradients.OFF),
                  batch.targets().ids(),
                  chunk);
      return batch.targets().byRow(ArrayValues.floats(scores));
    }
  }

  /** Whether a layer rounds a token among so many as it does among {@link FlatBatch#STEP}. */
  boolean roundsTokensAlike(int tokens) {
    return layers.program().test("tokens_alike", layers.weights(), layers.adapters(), tokens);
  }

  /** Whether the head rounds a target among so many as it does among {@link FlatBatch#STEP}. */
  boolean roundsTargetsAlike(int targets) {
    return layers.program().test("targets_alike", layers.weights(), targets);
  }

  /** Most targets whose logits are computed at one time. */
  int chunk() {
    return chunk;
  }

  /** Applies a head with one row to the states that a batch reads; one float32 each. */
  float[] values(PaddedBatch batch) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray hidden = batch.hidden(layers, scope, Gradients.OFF);
      return ArrayValues.floats(
          layers.program().tensor(scope, Gradients.OFF, "values", layers.weights(), hidden));
    }
  }

  /** The program and the tensors that it computes with. */
  Layers layers() {
    return layers;
  }

  /**
   * Logits after each token of one sequence, {@code (ids.length, vocabSize)}; for inspection. A
   * model with {@link RopeScaling.Dynamic} takes a sequence beyond its context too.
   */
  public float[][] logits(int[] ids) {
    boolean stretched = config.ropeScaling() instanceof RopeScaling.Dynamic;
    if (!stretched) {
      Batch.checkLength(ids.length, config);
    }
    Batch.checkIds(ids, config);
    try (NDManager scope = manager.newSubManager()) {
      int[] all = IntStream.range(0, ids.length).toArray();
      List<NDArray> slots =
          stretched
              ? Weights.stretchedTo(layers.weights(), scope, config, ids.length)
              : layers.weights();
      NDArray hidden =
          layers
              .program()
              .tensor(scope, Gradients.OFF, "hidden", slots, layers.adapters(), 1, ids, all);
      float[] flat =
          ArrayValues.floats(
              layers.program().tensor(scope, Gradients.OFF, "logits", layers.weights(), hidden));
      int vocab = config.vocabSize();
      float[][] rows = new float[ids.length][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = java.util.Arrays.copyOfRange(flat, i * vocab, (i + 1) * vocab);
      }
      return rows;
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
