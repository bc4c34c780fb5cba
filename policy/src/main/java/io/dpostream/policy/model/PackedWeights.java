package io.dpostream.policy.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dpostream.policy.model.DecoderSlots.LayerSlot;
import io.dpostream.policy.model.DecoderSlots.ModelSlot;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.TorchProgram;
import io.dpostream.policy.torch.TorchProgram.Gradients;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The writer program with its weights: those of a model with its adapters merged, in the order and
 * layout in which a step for few rows is fastest. They are copies.
 *
 * @param program the writer
 * @param weights in its order
 * @param positionBytes what the cache takes for one token of one completion
 */
record PackedWeights(TorchProgram program, List<NDArray> weights, long positionBytes) {

  /** Packs weights. The owner frees them. */
  static PackedWeights of(NDManager owner, ModelConfig config, Layers layers, Programs programs) {
    boolean cpu = !owner.getDevice().isGpu();
    try {
      return pack(owner, config, layers, programs, cpu && layers.compute() == Dtype.F32);
    } catch (EngineException e) { // a build of PyTorch without oneDNN
      return pack(owner, config, layers, programs, false);
    }
  }

  private static PackedWeights pack(
      NDManager owner, ModelConfig config, Layers layers, Programs programs, boolean oneDnn) {
    Dtype dtype = layers.compute();
    TorchProgram program = programs.writer(owner, config, dtype, oneDnn);
    List<NDArray> slots = layers.weights();
    List<NDArray> packed =
        new ArrayList<>(
            program.tensors(
                owner,
                Gradients.OFF,
                "pack_model",
                slots.get(ModelSlot.EMBEDDING.place()),
                slots.get(ModelSlot.FINAL_NORM.place()),
                slots.get(ModelSlot.HEAD.place()),
                slots.get(ModelSlot.ROTARY_FREQUENCIES.place())));
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      int first = LayerSlot.INPUT_NORM.place(layer);
      List<NDArray> weights = slots.subList(first, first + LayerSlot.values().length);
      List<NDArray> adapters =
          layers.adapters().isEmpty()
              ? List.of()
              : layers
                  .adapters()
                  .subList(DecoderSlots.adapters(layer), DecoderSlots.adapters(layer + 1));
      packed.addAll(
          program.tensors(
              owner, Gradients.OFF, "pack_layer", weights, adapters, layers.adapterScale()));
    }
    long positionBytes =
        2L
            * config.numHiddenLayers()
            * config.numKeyValueHeads()
            * config.headDim()
            * dtype.bytes();
    return new PackedWeights(program, List.copyOf(packed), positionBytes);
  }

  /** Loads the writer's TorchScript for a model's shape. */
  static TorchProgram load(NDManager owner, ModelConfig config, Dtype dtype, boolean oneDnn) {
    Map<String, Object> attributes = DecoderProgram.shape(config, dtype);
    attributes.put("one_dnn", oneDnn);
    return TorchProgram.load(owner, "writer", attributes, WriterSlots.constants());
  }
}
