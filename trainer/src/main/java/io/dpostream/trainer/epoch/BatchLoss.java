package io.dpostream.trainer.epoch;

/** The result of one batch's forward and backward passes. */
public interface BatchLoss {

  /** The loss whose gradient was added to the model's. */
  double loss();
}
