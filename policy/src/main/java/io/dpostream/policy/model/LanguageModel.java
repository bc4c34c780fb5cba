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
import io.dpostream.policy.torch.Tensors;
import io.dpostream.policy.torch.TorchEngine;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A language model with frozen weights, which scores completions and, through {@link #decoder},
 * writes them.
 *
 * <p>Thread-safe: several threads may score and decode at the same time. Closing frees the weights
 * and must not happen during a call.
 */
public final class LanguageModel implements AutoCloseable {
  /** Largest number of logits in memory at one time: 64 MB of float32. */
  private static final int CHUNK_LOGITS = 1 << 24;

  private final ModelConfig config;
  private final NDManager manager;
  private final TorchProgram program;
  private final Weights weights;
  private final String sha256;
  private final int chunk;

  private LanguageModel(
      ModelConfig config,
      NDManager manager,
      TorchProgram program,
      Weights weights,
      String sha256,
      int chunk) {
    this.config = config;
    this.manager = manager;
    this.program = program;
    this.weights = weights;
    this.sha256 = sha256;
    this.chunk = chunk;
  }

  /**
   * Loads a checkpoint, its weights in the dtype of the options.
   *
   * @throws CheckpointException if the weights are missing, damaged or not those of the
   *     configuration, or it is a reward model
   */
  public static LanguageModel load(CheckpointFolder folder, EngineOptions options) {
    folder.requireHead(Head.CAUSAL_LM);
    return load(folder, options, chunk(folder.config()));
  }

  /** Loads with another limit on the positions whose logits exist at one time. */
  static LanguageModel load(CheckpointFolder folder, EngineOptions options, int chunk) {
    ModelConfig config = folder.config();
    Safetensors file = Safetensors.openFolder(folder.path());
    NDManager manager = TorchEngine.manager(options);
    try {
      Dtype dtype = Dtype.named(options.dtype());
      Tensors tensors = new Tensors(manager, options.device());
      Weights weights = Weights.load(tensors, config, file, dtype);
      TorchProgram program = DecoderProgram.load(manager, config, dtype, 0);
      return new LanguageModel(
          config, manager, program, weights, WeightLayout.of(config).sha256(file), chunk);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  public ModelConfig config() {
    return config;
  }

  /** The identity of the stored weights, widened to float32: see {@link PolicyHash}. */
  public String sha256() {
    return sha256;
  }

  /** Creates a decoder of this model; share it or create several. */
  public Decoder decoder() {
    return new Decoder(config, manager, program, weights.slots());
  }

  /**
   * Computes the log-probabilities of the completions' tokens: one row per sequence, one float32
   * per token. Nothing is recorded for gradients.
   *
   * @throws IllegalArgumentException if the batch is empty, an id is outside the vocabulary or a
   *     sequence is longer than the model's positions
   */
  public float[][] logprobs(List<TokenSequence> sequences) {
    return logprobs(PaddedBatch.of(sequences, config));
  }

  /**
   * Computes the log-probabilities of the completions' tokens in a fixed shape, so that no
   * sequence's numbers depend on the others.
   */
  public float[][] logprobs(List<TokenSequence> sequences, PassShape shape) {
    return logprobs(PaddedBatch.of(sequences, config, shape));
  }

  private float[][] logprobs(PaddedBatch batch) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray scores =
          program.tensor(
              scope,
              Gradients.OFF,
              "scores",
              weights.slots(),
              hidden(scope, batch),
              batch.targets(),
              chunk);
      return batch.byRow(ArrayValues.floats(scores));
    }
  }

  /** Applies a head with one row to the states that a batch reads; one float32 each. */
  float[] values(PaddedBatch batch) {
    try (NDManager scope = manager.newSubManager()) {
      return ArrayValues.floats(
          program.tensor(scope, Gradients.OFF, "values", weights.slots(), hidden(scope, batch)));
    }
  }

  /**
   * Computes the normalized hidden states before each completion token; they belong to the scope.
   */
  NDArray hidden(NDManager scope, PaddedBatch batch) {
    return program.tensor(
        scope,
        Gradients.OFF,
        "hidden",
        weights.slots(),
        List.of(),
        batch.rows(),
        batch.ids(),
        batch.at());
  }

  /** The weights in the order that the decoder program takes. */
  List<NDArray> slots() {
    return weights.slots();
  }

  /** Logits after each token of one sequence, {@code (ids.length, vocabSize)}; for inspection. */
  public float[][] logits(int[] ids) {
    PaddedBatch.checkLength(ids.length, config);
    PaddedBatch.checkIds(ids, config);
    try (NDManager scope = manager.newSubManager()) {
      int[] all = IntStream.range(0, ids.length).toArray();
      NDArray hidden =
          program.tensor(scope, Gradients.OFF, "hidden", weights.slots(), List.of(), 1, ids, all);
      float[] flat =
          ArrayValues.floats(
              program.tensor(scope, Gradients.OFF, "logits", weights.slots(), hidden));
      int vocab = config.vocabSize();
      float[][] rows = new float[ids.length][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = java.util.Arrays.copyOfRange(flat, i * vocab, (i + 1) * vocab);
      }
      return rows;
    }
  }

  static int chunk(ModelConfig config) {
    int step = PaddedBatch.TARGET_STEP;
    return Math.max(step, CHUNK_LOGITS / config.vocabSize() / step * step);
  }

  @Override
  public void close() {
    manager.close();
  }
}
