package io.dpostream.policy.model;

import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.PolicyHash;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.torch.EngineOptions;
import java.util.Arrays;
import java.util.List;

/**
 * A frozen reward model: a decoder whose head gives a whole sequence a single score, read after its
 * last token that is not {@code pad_token_id}, as Hugging Face's sequence classification does.
 *
 * <p>Thread-safe. Closing frees the weights and must not happen during a call.
 */
public final class RewardModel implements AutoCloseable {
  private final LanguageModel decoder;

  private RewardModel(LanguageModel decoder) {
    this.decoder = decoder;
  }

  /**
   * Loads a checkpoint, its weights in the dtype of the options.
   *
   * @throws CheckpointException if the weights are missing, damaged or not those of the
   *     configuration, or it is a language model
   */
  public static RewardModel load(CheckpointFolder folder, EngineOptions options) {
    folder.requireHead(Head.SEQUENCE_CLASSIFICATION);
    return new RewardModel(LanguageModel.load(folder, options, 1));
  }

  public ModelConfig config() {
    return decoder.config();
  }

  /** The identity of the stored weights, widened to float32: see {@link PolicyHash}. */
  public String sha256() {
    return decoder.sha256();
  }

  /**
   * The scores of whole sequences, prompt and completion, one float32 each. The shape of the
   * computation depends on their number and the longest of them.
   *
   * @throws IllegalArgumentException if there is none, an id is outside the vocabulary or a
   *     sequence is longer than the model's positions
   */
  public float[] scores(List<int[]> sequences) {
    PassShape shape = PassShape.ofWhole(sequences);
    float[] values = decoder.values(PaddedBatch.whole(sequences, config(), shape));
    return Arrays.copyOf(values, sequences.size());
  }

  @Override
  public void close() {
    decoder.close();
  }
}
