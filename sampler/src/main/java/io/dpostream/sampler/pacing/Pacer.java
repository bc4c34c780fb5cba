package io.dpostream.sampler.pacing;

/**
 * Decides how many pairs may be sampled now, so that completions are never older than a few
 * training steps, yet none has to be thrown away for its age.
 *
 * <p>The bound is on preferences: those not yet trained, and those to be expected from pairs
 * without an outcome. Most pairs of a policy that has learned are ties, so a bound on pairs would
 * let the trainer wait for the sampler; with this one, a pair sampled now is trained about {@code
 * maxPreferences} preferences later, however many ties there are. A tie stops counting as soon as
 * it is decided, so ties cannot fill the bound. Only less than one training batch of preferences
 * can stay in it for good, so a bound of two batches always has room again.
 *
 * @param maxPreferences bound on preferences not yet trained plus those expected
 * @param maxForPeople bound on pairs that wait for people, counted apart
 */
public record Pacer(int maxPreferences, int maxForPeople) {

  /** Counts a pair without an outcome for so much of a preference at least. */
  static final double LEAST_SHARE = 1.0 / 8;

  public Pacer {
    if (maxPreferences < 1 || maxForPeople < 1) {
      throw new IllegalArgumentException(
          "bounds must be positive: %d, %d".formatted(maxPreferences, maxForPeople));
    }
  }

  /** Returns the number of pairs that may be sampled in this state; 0 means wait. */
  public int room(PacingState state) {
    double share = Math.max(LEAST_SHARE, state.preferredShare());
    double free = (maxPreferences - state.untrained()) / share;
    int machine = (int) Math.floor(free) - state.undecided();
    int people = maxForPeople - state.outstandingForPeople();
    return Math.max(0, Math.min(machine, people));
  }
}
