package io.dpostream.trainer.learner;

import io.dpostream.policy.torch.EngineOptions;
import java.nio.file.Path;

/**
 * Where a learner's models are and where it computes.
 *
 * @param model the Hugging Face folder that the policy starts from
 * @param reference the folder of the frozen reference; usually the same
 * @param engine device, dtype and threads; {@code trainer.bf16} overrides the dtype
 * @param workFolder for cached reference log-probabilities and refreshed references; may be deleted
 *     between runs, and what was in it is computed again
 */
public record LearnerSettings(Path model, Path reference, EngineOptions engine, Path workFolder) {}
