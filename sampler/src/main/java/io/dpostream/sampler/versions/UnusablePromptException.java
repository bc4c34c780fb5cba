package io.dpostream.sampler.versions;

/** A prompt that no completion can be sampled for; the message says why. */
public final class UnusablePromptException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnusablePromptException(String reason) {
    super(reason);
  }
}
