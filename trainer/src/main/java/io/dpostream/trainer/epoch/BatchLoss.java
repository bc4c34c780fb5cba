package io.dpostream.trainer.epoch;

/** What one batch's forward and backward passes gave. */
public interface BatchLoss {

  /** The loss whose gradient was added to the model's. */
  double loss();
}
