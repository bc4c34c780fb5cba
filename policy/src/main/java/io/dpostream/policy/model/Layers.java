package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import io.dpostream.policy.torch.TorchProgram;
import java.util.List;

/**
 * A decoder's program and the tensors that it computes with.
 *
 * @param weights in the program's order
 * @param adapters in the program's order; empty for none
 */
record Layers(TorchProgram program, List<NDArray> weights, List<NDArray> adapters) {}
