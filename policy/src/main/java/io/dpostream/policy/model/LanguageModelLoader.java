package io.dpostream.policy.model;

import ai.djl.ndarray.NDManager;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.torch.Dtype;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.TorchEngine;
import io.dpostream.policy.torch.TorchProgram;
import java.util.HashMap;
import java.util.Map;

/**
 * Loads checkpoints one after the other, such as the versions of a policy. Models of one shape
 * share their programs: compiling one takes as long as reading a million weights. They are small
 * and stay until the process ends.
 *
 * <p>Thread-safe.
 */
public final class LanguageModelLoader {
  private final EngineOptions options;
  private final Programs programs = new Shared();

  /** Creates a loader; nothing native is loaded before the first model. */
  public LanguageModelLoader(EngineOptions options) {
    this.options = options;
  }

  /**
   * Loads a checkpoint, its weights in the dtype of the options; the caller closes it.
   *
   * @throws CheckpointException as {@link LanguageModel#load}
   */
  public LanguageModel load(CheckpointFolder folder) {
    return LanguageModel.load(folder, options, programs);
  }

  /** Loads each program once. */
  private final class Shared implements Programs {
    private final Map<Shape, TorchProgram> decoders = new HashMap<>();
    private final Map<Shape, TorchProgram> writers = new HashMap<>();

    private record Shape(ModelConfig config, Dtype compute, int threads, boolean oneDnn) {}

    @Override
    public synchronized TorchProgram decoder(NDManager model, ModelConfig config, Dtype compute) {
      return decoders.computeIfAbsent(
          new Shape(config, compute, TorchEngine.threads(), false),
          shape -> OWN.decoder(TorchEngine.manager(options), config, compute));
    }

    @Override
    public synchronized TorchProgram writer(
        NDManager model, ModelConfig config, Dtype compute, boolean oneDnn) {
      return writers.computeIfAbsent(
          new Shape(config, compute, TorchEngine.threads(), oneDnn),
          shape -> OWN.writer(TorchEngine.manager(options), config, compute, oneDnn));
    }
  }
}
