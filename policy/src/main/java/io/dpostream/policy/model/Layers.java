package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder's program and the tensors that it computes with.
 *
 * @param weights in the program's order
 * @param adapters in the program's order; empty for none
 * @param compute dtype of activations and products
 * @param adapterScale of the adapters' product
 */
record Layers(
    TorchProgram program,
    List<NDArray> weights,
    List<NDArray> adapters,
    Dtype compute,
    double adapterScale) {

  /** These layers with other adapters, or none. */
  Layers withAdapters(List<NDArray> others) {
    return new Layers(program, weights, others, compute, adapterScale);
  }

  /** These layers with dropout before the adapters, given a key for each input of a batch. */
  Layers dropping(NDManager scope, int[] keys) {
    List<NDArray> extended = new ArrayList<>(adapters);
    extended.add(program.tensor(scope, Gradients.OFF, "dropout_keys", weights, keys));
    return new Layers(program, weights, List.copyOf(extended), compute, adapterScale);
  }
}
