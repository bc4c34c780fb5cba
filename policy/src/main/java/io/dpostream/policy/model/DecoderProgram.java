package io.dpostream.policy.model;

import ai.djl.ndarray.NDManager;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.TorchEngine;
import io.dpostream.policy.torch.TorchProgram;
import java.util.HashMap;
import java.util.Map;

/** Loads the decoder's TorchScript for a model's shape. */
final class DecoderProgram {
  private DecoderProgram() {}

  /** Loads it for frozen weights. */
  static TorchProgram load(NDManager owner, ModelConfig config, Dtype compute) {
    return load(owner, config, compute, 0, 0);
  }

  /**
   * Loads it for adapters.
   *
   * @param dropout before them, in passes with keys
   */
  static TorchProgram load(
      NDManager owner, ModelConfig config, Dtype compute, double adapterScale, double dropout) {
    Map<String, Object> attributes = shape(config, compute);
    attributes.put("silu_by_exp", !isEven(config));
    attributes.put("adapter_scale", adapterScale);
    attributes.put("dropout", dropout);
    return TorchProgram.load(owner, "decoder", attributes, DecoderSlots.constants());
  }

  /** What every program is told of a model, to be added to. */
  static Map<String, Object> shape(ModelConfig config, Dtype compute) {
    return new HashMap<>(
        Map.of(
            "layers", config.numHiddenLayers(),
            "heads", config.numAttentionHeads(),
            "kv_heads", config.numKeyValueHeads(),
            "head_dim", config.headDim(),
            "eps", config.rmsNormEps(),
            "rotary_scale", config.ropeScaling().attentionFactor(),
            "window", config.slidingWindow().map(SlidingWindow::size).orElse(0),
            "first_windowed", config.slidingWindow().map(SlidingWindow::firstLayer).orElse(0),
            "dtype", compute.torchNumber()));
  }

  /**
   * Whether each thread's share of the feed-forward layer's elements fills whole vectors, so that
   * PyTorch's silu gives an element the same bits wherever it stands. It divides a pass, which has
   * a multiple of 8 inputs, among at most all threads, but among fewer where the pass is small.
   */
  private static boolean isEven(ModelConfig config) {
    return TorchEngine.threads() <= 2 && config.intermediateSize() % 8 == 0;
  }
}
