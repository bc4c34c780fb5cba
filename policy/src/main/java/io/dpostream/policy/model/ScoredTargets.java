package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.List;

/**
 * The log-probabilities of a batch's targets, and what their backward pass needs.
 *
 * @param scores one for each target; with a graph where {@code way} is {@link Way#GRAPH}
 * @param kept what the program's {@code head} returned where {@code way} is {@link Way#KEPT}
 */
record ScoredTargets(Way way, NDArray scores, List<NDArray> kept) {

  /** How the gradient comes from scores to hidden states. */
  enum Way {
    /** From the probabilities that were kept. */
    KEPT,
    /** By autograd, as batches in fixed shapes have always been computed. */
    GRAPH,
    /** By computing each chunk again. */
    AGAIN
  }

  static ScoredTargets of(ForwardPass.Model model, NDManager scope, Batch batch, NDArray hidden) {
    Way way = way(model.head(), batch);
    Layers layers = model.layers();
    int[] ids = batch.targets().ids();
    int chunk = model.head().chunk();
    if (way == Way.KEPT) {
      List<NDArray> kept =
          layers
              .program()
              .tensors(scope, Gradients.OFF, "head", layers.weights(), hidden, ids, chunk);
      return new ScoredTargets(way, kept.get(0), kept);
    }
    Gradients gradients = way == Way.GRAPH ? Gradients.RECORD : Gradients.OFF;
    NDArray scores =
        layers.program().tensor(scope, gradients, "scores", layers.weights(), hidden, ids, chunk);
    return new ScoredTargets(way, scores, List.of());
  }

  private static Way way(HeadLimits head, Batch batch) {
    if (batch instanceof FlatBatch) {
      return batch.targets().size() <= head.kept() ? Way.KEPT : Way.AGAIN;
    }
    return batch.targets().size() <= head.chunk() ? Way.GRAPH : Way.AGAIN;
  }

  /** Adds the gradient of {@code sum(d * scores)} to weights and to what the states come from. */
  void backward(ForwardPass.Model model, Batch batch, NDArray hidden, double[] d) {
    Layers layers = model.layers();
    int[] ids = batch.targets().ids();
    int chunk = model.head().chunk();
    switch (way) {
      case KEPT ->
          layers
              .program()
              .run(
                  Gradients.RECORD, "head_backward", layers.weights(), hidden, ids, chunk, kept, d);
      case GRAPH -> layers.program().run(Gradients.RECORD, "backward", scores, d);
      case AGAIN ->
          layers
              .program()
              .run(Gradients.RECORD, "scores_backward", layers.weights(), hidden, ids, chunk, d);
    }
  }
}
