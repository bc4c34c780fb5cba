package io.dpostream.policy.model;

import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How much one pass over sequences without padding holds, so that its activations fit into memory
 * and its products are large.
 *
 * @param inputs most inputs, a shared prompt's counted once
 * @param targets most completion tokens
 */
public record PassBudget(int inputs, int targets) {
  private static final long ACTIVATION_BYTES = 512L << 20;
  private static final int FEWEST_INPUTS = 256;
  private static final int MOST_INPUTS_CPU = 2048;
  private static final int MOST_INPUTS_CUDA = 16384;

  public PassBudget {
    if (inputs < 1 || targets < 1) {
      throw new IllegalArgumentException("a pass needs room for one input and one target");
    }
  }

  /**
   * The budget for a model and a device: activations of half a gigabyte, and as much again as the
   * weights take in float32.
   */
  public static PassBudget of(ModelConfig config, String device) {
    long memory = ACTIVATION_BYTES + WeightLayout.of(config).parameters() * Float.BYTES;
    long most = device.equals("cpu") ? MOST_INPUTS_CPU : MOST_INPUTS_CUDA;
    long inputs = Math.min(most, memory / bytesOfInput(config));
    return new PassBudget((int) Math.max(FEWEST_INPUTS, inputs), HeadLimits.of(config).kept());
  }

  /** This budget with another bound of inputs. */
  public PassBudget withInputs(int most) {
    return new PassBudget(most, targets);
  }

  /** What autograd keeps of an input: about 16 vectors of the hidden size and 5 of the MLP's. */
  private static long bytesOfInput(ModelConfig config) {
    long floats = 16L * config.hiddenSize() + 5L * config.intermediateSize();
    return floats * Float.BYTES * config.numHiddenLayers();
  }

  static int targets(List<TokenSequence> sequences) {
    return sequences.stream().mapToInt(s -> s.completion().length).sum();
  }

  /**
   * Divides items in their order into passes, each as long as the budget allows; an item that is
   * larger has a pass of its own. A prompt counts once an item: dropout lets none be shared
   * further.
   *
   * @param sequences of an item
   */
  public <T> List<List<T>> divide(List<T> items, Function<T, List<TokenSequence>> sequences) {
    List<List<T>> passes = new ArrayList<>();
    int start = 0;
    int usedInputs = 0;
    int usedTargets = 0;
    for (int i = 0; i < items.size(); i++) {
      List<TokenSequence> added = sequences.apply(items.get(i));
      usedInputs += FlatBatch.inputs(added);
      usedTargets += targets(added);
      if (i > start && (usedInputs > inputs || usedTargets > targets)) {
        passes.add(items.subList(start, i));
        start = i;
        usedInputs = FlatBatch.inputs(added);
        usedTargets = targets(added);
      }
    }
    if (start < items.size()) {
      passes.add(items.subList(start, items.size()));
    }
    return passes;
  }
}
