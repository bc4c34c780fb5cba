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
 * share their program: compiling it takes as long as reading a million weights. It is small and
 * stays until the process ends.
 *
 * <p>Thread-safe.
 */
public final class LanguageModelLoader {
  private final EngineOptions options;
  private final Map<Shape, TorchProgram> programs = new HashMap<>();

  private record Shape(ModelConfig config, Dtype compute, int threads) {}

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
    return LanguageModel.load(folder, options, this::program);
  }

  private synchronized TorchProgram program(NDManager model, ModelConfig config, Dtype compute) {
    return programs.computeIfAbsent(
        new Shape(config, compute, TorchEngine.threads()),
        shape -> DecoderProgram.load(TorchEngine.manager(options), config, compute));
  }
}
