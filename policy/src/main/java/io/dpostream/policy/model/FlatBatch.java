package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences one after the other, without padding between them; neighbours with the same prompt
 * share it. The last token of a sequence is never an input, only a target. A sequence's grids, see
 * {@link AttentionGrids}, depend on its own lengths alone.
 *
 * @param ids inputs, padded with token 0 to a multiple of {@link #STEP}
 * @param positions of the inputs in their sequences
 * @param dropoutKeys of the inputs; none without dropout
 * @param grids rows in which tokens see each other
 */
@SuppressWarnings("ArrayRecordComponent")
record FlatBatch(
    int[] ids, int[] positions, int[] dropoutKeys, AttentionGrids grids, Targets targets)
    implements Batch {
  /** Inputs and targets are a multiple of this: smaller products can be rounded differently. */
  static final int STEP = 8;

  static FlatBatch of(List<TokenSequence> sequences, ModelConfig config) {
    return of(sequences, config, Dropout.NONE);
  }

  /** Lays sequences out; those of different dropout share no prompt. */
  static FlatBatch of(List<TokenSequence> sequences, ModelConfig config, Dropout dropout) {
    Batch.check(sequences, config);
    int inputs = Targets.roundUp(inputs(sequences, dropout), STEP);
    int[] keys = new int[dropout.isOn() ? inputs : 0];
    int[] ids = new int[inputs];
    int[] positions = new int[inputs];
    AttentionGrids.Builder grids = new AttentionGrids.Builder();
    Targets targets = Targets.of(sequences, STEP);
    int[] at = targets.at();
    int next = 0;
    int prompt = 0;
    int target = 0;
    for (int i = 0; i < sequences.size(); i++) {
      TokenSequence sequence = sequences.get(i);
      int promptLength = sequence.prompt().length;
      if (!sharesPrompt(sequences, dropout, i)) {
        prompt = next;
        next = put(sequence.prompt(), promptLength, 0, ids, positions, next);
        grids.prompt(prompt, promptLength);
      }
      int rest = next;
      int restLength = sequence.completion().length - 1;
      next = put(sequence.completion(), restLength, promptLength, ids, positions, next);
      if (restLength > 0) {
        grids.completion(prompt, promptLength, rest, restLength);
      }
      if (dropout.isOn()) {
        int[] own = dropout.keys(i, sequence);
        System.arraycopy(own, 0, keys, prompt, promptLength);
        System.arraycopy(own, promptLength, keys, rest, restLength);
      }
      at[target++] = prompt + promptLength - 1;
      for (int j = 0; j < restLength; j++) {
        at[target++] = rest + j;
      }
    }
    return new FlatBatch(ids, positions, keys, grids.build(inputs), targets);
  }

  /** Inputs of some sequences, a prompt that neighbours share counted once; without padding. */
  static int inputs(List<TokenSequence> sequences) {
    return inputs(sequences, Dropout.NONE);
  }

  private static int inputs(List<TokenSequence> sequences, Dropout dropout) {
    int inputs = 0;
    for (int i = 0; i < sequences.size(); i++) {
      TokenSequence sequence = sequences.get(i);
      inputs += sequence.completion().length - 1;
      inputs += sharesPrompt(sequences, dropout, i) ? 0 : sequence.prompt().length;
    }
    return inputs;
  }

  private static boolean sharesPrompt(List<TokenSequence> sequences, Dropout dropout, int i) {
    return i > 0
        && dropout.isOne(i - 1, i)
        && Arrays.equals(sequences.get(i - 1).prompt(), sequences.get(i).prompt());
  }

  private static int put(
      int[] tokens, int count, int position, int[] ids, int[] positions, int next) {
    for (int j = 0; j < count; j++) {
      ids[next + j] = tokens[j];
      positions[next + j] = position + j;
    }
    return next + count;
  }

  @Override
  public NDArray hidden(Layers layers, NDManager scope, Gradients gradients) {
    return layers
        .program()
        .tensor(
            scope,
            gradients,
            "flat_hidden",
            layers.weights(),
            layers.adapters(),
            ids,
            positions,
            grids.shapes(),
            grids.slots(),
            grids.prefixes(),
            grids.places(),
            targets.at());
  }

  @Override
  public List<NDArray> layerInputs(Layers layers, NDManager scope) {
    return layers
        .program()
        .tensors(
            scope,
            Gradients.OFF,
            "flat_layer_inputs",
            layers.weights(),
            layers.adapters(),
            ids,
            positions,
            grids.shapes(),
            grids.slots(),
            grids.prefixes(),
            grids.places());
  }

  @Override
  public void layersBackward(Layers layers, List<NDArray> inputs, NDArray top) {
    layers
        .program()
        .run(
            Gradients.RECORD,
            "flat_layers_backward",
            layers.weights(),
            layers.adapters(),
            inputs,
            top,
            ids,
            positions,
            grids.shapes(),
            grids.slots(),
            grids.prefixes(),
            grids.places());
  }
}
