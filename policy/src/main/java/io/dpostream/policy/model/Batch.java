package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.List;

/** The inputs of one pass through the layers in one of two layouts, and what is read from it. */
sealed interface Batch permits FlatBatch, PaddedBatch {

  /** The completion tokens to score. */
  Targets targets();

  /** A key of dropout for each input, padding included; none without dropout. */
  int[] dropoutKeys();

  /** Computes the normalized hidden states that predict the targets; they belong to the scope. */
  NDArray hidden(Layers layers, NDManager scope, Gradients gradients);

  /** Computes what goes into each layer and comes out of the last, without graphs. */
  List<NDArray> layerInputs(Layers layers, NDManager scope);

  /**
   * Adds to the gradients of weights and adapters, layer by layer.
   *
   * @param inputs what {@link #layerInputs} returned
   * @param top the last output as a leaf that holds its gradient
   */
  void layersBackward(Layers layers, List<NDArray> inputs, NDArray top);

  /**
   * Checks that a model can compute some sequences.
   *
   * @throws IllegalArgumentException if there are none, an id is outside the vocabulary or a
   *     sequence is longer than the model's positions
   */
  static void check(List<TokenSequence> sequences, ModelConfig config) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("a batch needs at least one sequence");
    }
    for (TokenSequence sequence : sequences) {
      checkLength(sequence.length(), config);
      checkIds(sequence.prompt(), config);
      checkIds(sequence.completion(), config);
    }
  }

  static void checkLength(int length, ModelConfig config) {
    if (length > config.contextLength()) {
      throw new IllegalArgumentException(
          "a sequence of "
              + length
              + " tokens is longer than the model's "
              + config.contextLength());
    }
  }

  static void checkIds(int[] ids, ModelConfig config) {
    for (int id : ids) {
      if (id < 0 || id >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "token id " + id + " is not in the vocabulary of " + config.vocabSize());
      }
    }
  }
}
