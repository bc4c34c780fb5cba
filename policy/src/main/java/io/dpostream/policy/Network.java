package io.dpostream.policy;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * What a forward pass runs: the decoder's program over a model's tensors.
 *
 * @param weights in the program's order
 * @param adapters in the program's order, or none
 */
record Network(TorchProgram program, List<NDArray> weights, List<NDArray> adapters) {}
