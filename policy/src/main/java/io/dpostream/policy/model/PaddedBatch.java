package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.List;
import java.util.OptionalInt;

/**
 * A sequence in each row, padded on the right with token 0. The last token of a sequence is never
 * an input, only a target.
 *
 * @param rows number of rows, padding rows included
 * @param ids inputs, {@code rows} times the width, row by row
 * @param dropoutKeys of the inputs; none without dropout
 */
@SuppressWarnings("ArrayRecordComponent")
record PaddedBatch(int rows, int[] ids, int[] dropoutKeys, Targets targets) implements Batch {
  static final int TARGET_STEP = 64;

  /**
   * Puts each sequence into a row of a fixed shape, adds rows of padding, and pads the completion
   * tokens to a multiple of {@link #TARGET_STEP}.
   */
  static PaddedBatch of(List<TokenSequence> sequences, ModelConfig config, PassShape shape) {
    return of(sequences, config, shape, Dropout.NONE);
  }

  static PaddedBatch of(
      List<TokenSequence> sequences, ModelConfig config, PassShape shape, Dropout dropout) {
    Batch.check(sequences, config);
    PassShape needed = PassShape.around(sequences);
    if (needed.rows() > shape.rows() || needed.width() > shape.width()) {
      throw new IllegalArgumentException("sequences of " + needed + " do not fit into " + shape);
    }
    int width = shape.width();
    int[] ids = new int[Math.multiplyExact(shape.rows(), width)];
    int[] keys = new int[dropout.isOn() ? ids.length : 0];
    Targets targets = Targets.of(sequences, TARGET_STEP);
    int next = 0;
    for (int row = 0; row < sequences.size(); row++) {
      int[] prompt = sequences.get(row).prompt();
      int[] completion = sequences.get(row).completion();
      int start = row * width;
      System.arraycopy(prompt, 0, ids, start, prompt.length);
      System.arraycopy(completion, 0, ids, start + prompt.length, completion.length - 1);
      if (dropout.isOn()) {
        int[] own = dropout.keys(row, sequences.get(row));
        System.arraycopy(own, 0, keys, start, own.length);
      }
      for (int j = 0; j < completion.length; j++) {
        targets.at()[next++] = start + prompt.length - 1 + j;
      }
    }
    return new PaddedBatch(shape.rows(), ids, keys, targets);
  }

  /**
   * Puts each whole sequence into a row of a fixed shape. The state after a sequence's last token
   * that is not padding is read; of a padding row, the first state.
   */
  static PaddedBatch whole(List<int[]> sequences, ModelConfig config, PassShape shape) {
    int[] ids = new int[Math.multiplyExact(shape.rows(), shape.width())];
    int[] at = new int[shape.rows()];
    for (int row = 0; row < sequences.size(); row++) {
      int[] sequence = sequences.get(row);
      Batch.checkLength(sequence.length, config);
      Batch.checkIds(sequence, config);
      System.arraycopy(sequence, 0, ids, row * shape.width(), sequence.length);
      at[row] = row * shape.width() + last(sequence, config);
    }
    Targets targets = new Targets(at, new int[at.length], new int[0]);
    return new PaddedBatch(shape.rows(), ids, new int[0], targets);
  }

  private static int last(int[] sequence, ModelConfig config) {
    int last = sequence.length - 1;
    while (last > 0 && config.padTokenId().equals(OptionalInt.of(sequence[last]))) {
      last--;
    }
    return last;
  }

  @Override
  public NDArray hidden(Layers layers, NDManager scope, Gradients gradients) {
    return layers
        .program()
        .tensor(
            scope,
            gradients,
            "hidden",
            layers.weights(),
            layers.adapters(),
            rows,
            ids,
            targets.at());
  }

  @Override
  public List<NDArray> layerInputs(Layers layers, NDManager scope) {
    return layers
        .program()
        .tensors(
            scope, Gradients.OFF, "layer_inputs", layers.weights(), layers.adapters(), rows, ids);
  }

  @Override
  public void layersBackward(Layers layers, List<NDArray> inputs, NDArray top) {
    layers
        .program()
        .run(
            Gradients.RECORD,
            "layers_backward",
            layers.weights(),
            layers.adapters(),
            inputs,
            top,
            rows,
            ids);
  }
}
