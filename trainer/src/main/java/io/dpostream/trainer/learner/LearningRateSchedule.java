package io.dpostream.trainer.learner;

import io.dpostream.trainer.LrSchedulerType;

/**
 * Computes the learning rate of every step, as transformers does: it rises linearly from 0 over the
 * warm-up, then stays, falls linearly, or falls along half a cosine, reaching 0 after the last
 * step.
 *
 * @param kind what the rate does after the warm-up
 * @param peak the rate at the end of the warm-up
 * @param warmupSteps steps of the warm-up; the first step has rate 0 if there is one
 * @param totalSteps the end of the decay; unused by the constant kinds
 */
public record LearningRateSchedule(
    LrSchedulerType kind, double peak, long warmupSteps, long totalSteps) {

  /** The rate of a step, counted from 1. */
  public double rate(long step) {
    long done = step - 1;
    if (done < warmupSteps) {
      return peak * ((double) done / warmupSteps);
    }
    double progress = (double) (done - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
    return switch (kind) {
      case CONSTANT, CONSTANT_WITH_WARMUP -> peak;
      case LINEAR -> peak * Math.max(0, 1 - progress);
      case COSINE -> peak * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
    };
  }
}
