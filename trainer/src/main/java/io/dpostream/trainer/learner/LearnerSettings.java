package io.dpostream.trainer.learner;

import io.dpostream.policy.torch.EngineOptions;
import java.nio.file.Path;

/**
 * The locations of a learner's models and files, and the device that it computes on.
 *
 * @param model the Hugging Face folder that the policy starts from
 * @param reference the folder of the frozen reference; usually the same
 * @param engine device, dtype and threads; {@code trainer.bf16} overrides the dtype
 * @param workFolder for cached reference log-probabilities and refreshed references; may be deleted
 *     between runs, after which its contents are recomputed
 */
public record LearnerSettings(Path model, Path reference, EngineOptions engine, Path workFolder) {}
