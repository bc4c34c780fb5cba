package io.dpostream.policy.model;

import ai.djl.ndarray.NDManager;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.TorchProgram;

/** Supplies models that are not trained with their programs. */
interface Programs {
  /** Loads each program for the model that asks, which frees it with itself. */
  Programs OWN =
      new Programs() {
        @Override
        public TorchProgram decoder(NDManager model, ModelConfig config, Dtype compute) {
          return DecoderProgram.load(model, config, compute);
        }

        @Override
        public TorchProgram writer(
            NDManager model, ModelConfig config, Dtype compute, boolean oneDnn) {
          return PackedWeights.load(model, config, compute, oneDnn);
        }
      };

  /**
   * The decoder for a shape.
   *
   * @param model manager of the model that asks
   */
  TorchProgram decoder(NDManager model, ModelConfig config, Dtype compute);

  /**
   * The writer for a shape.
   *
   * @param model manager of the model that asks
   * @param oneDnn whether weights are laid out for oneDNN
   */
  TorchProgram writer(NDManager model, ModelConfig config, Dtype compute, boolean oneDnn);
}
