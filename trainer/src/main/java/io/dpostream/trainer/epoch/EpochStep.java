package io.dpostream.trainer.epoch;

/**
 * One step of a training over epochs.
 *
 * @param step from 1
 * @param steps that the whole training takes
 * @param batch the batch's result
 * @param gradNorm the global norm before clipping
 */
public record EpochStep<L extends BatchLoss>(
    long step, long steps, L batch, double gradNorm, double learningRate) {

  /** The batch's loss before the step. */
  public double loss() {
    return batch.loss();
  }
}
