package io.dpostream.sampler.pacing;

/**
 * Decides how many pairs may be sampled now, so that completions are never older than a few
 * training steps, yet none has to be thrown away for its age.
 *
 * <p>A tie stops counting as soon as it is decided, so ties cannot fill the bound. Only less than
 * one training batch of preferences can stay in it for good, so a bound of two batches always has
 * room again.
 *
 * @param maxOutstanding bound on pairs without an outcome plus preferences not yet trained
 * @param maxForPeople bound on pairs that wait for people, counted apart
 */
public record Pacer(int maxOutstanding, int maxForPeople) {

  public Pacer {
    if (maxOutstanding < 1 || maxForPeople < 1) {
      throw new IllegalArgumentException(
          "bounds must be positive: %d, %d".formatted(maxOutstanding, maxForPeople));
    }
  }

  /** Returns the number of pairs that may be sampled in this state; 0 means wait. */
  public int room(PacingState state) {
    int machine = maxOutstanding - state.outstanding();
    int people = maxForPeople - state.outstandingForPeople();
    return Math.max(0, Math.min(machine, people));
  }
}
