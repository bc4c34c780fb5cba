package io.dpostream.trainer;

/** How the learning rate goes on after the warm-up, by transformers' names. */
public enum LrSchedulerType {
  CONSTANT,
  CONSTANT_WITH_WARMUP,
  LINEAR,
  COSINE;

  /** Whether the rate falls to 0, so that the last step must be known. */
  public boolean decays() {
    return this == LINEAR || this == COSINE;
  }
}
