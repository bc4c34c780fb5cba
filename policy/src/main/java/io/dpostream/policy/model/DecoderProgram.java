package io.dpostream.policy.model;

import ai.djl.ndarray.NDManager;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.TorchProgram;
import java.util.Map;

/** Loads the decoder's TorchScript for a model's shape. */
final class DecoderProgram {
  private DecoderProgram() {}

  static TorchProgram load(
      NDManager owner, ModelConfig config, Dtype compute, double adapterScale) {
    return load(owner, config, config.numHiddenLayers(), compute, adapterScale);
  }

  /** Loads it for the first layers alone. */
  static TorchProgram load(
      NDManager owner, ModelConfig config, int layers, Dtype compute, double adapterScale) {
    return TorchProgram.load(
        owner,
        "decoder",
        Map.of(
            "layers", layers,
            "heads", config.numAttentionHeads(),
            "kv_heads", config.numKeyValueHeads(),
            "head_dim", config.headDim(),
            "eps", config.rmsNormEps(),
            "rotary_scale", config.ropeScaling().attentionFactor(),
            "window", config.slidingWindow().map(SlidingWindow::size).orElse(0),
            "first_windowed", config.slidingWindow().map(SlidingWindow::firstLayer).orElse(0),
            "dtype", compute.torchNumber(),
            "adapter_scale", adapterScale),
        DecoderSlots.constants());
  }
}
