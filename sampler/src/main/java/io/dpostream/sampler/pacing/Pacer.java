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
 * <p>The bound holds for all samplers of a run together. What others have committed is counted from
 * the topics; what they are writing cannot be seen, so a part of the bound, {@code inFlight}, is
 * divided among the samplers by their {@link Share}. None writes more at once than its part, and
 * each counts the others' parts as full. Then, with u untrained, w undecided and s the share of
 * preferences, a sampler with the part f of the prompts may write n more pairs if
 *
 * <pre>u + s · (w + n) + (1 − f) · inFlight ≤ maxPreferences  and  s · (r + n) ≤ f · inFlight</pre>
 *
 * <p>Here r counts those of its own pairs that it has not read back: what it has read back, others
 * can read. A sampler that dies leaves nothing reserved but what its successor's share reserves.
 *
 * @param maxPreferences bound on preferences not yet trained plus those expected
 * @param inFlight the part of it that may be in writing at once, if there are several samplers; at
 *     most what is free when nothing moves any more
 * @param maxForPeople bound on pairs that wait for people, counted apart
 */
public record Pacer(int maxPreferences, int inFlight, int maxForPeople) {

  /** Counts a pair without an outcome for so much of a preference at least. */
  static final double LEAST_SHARE = 1.0 / 8;

  public Pacer {
    if (maxPreferences < 1 || maxForPeople < 1) {
      throw new IllegalArgumentException(
          "bounds must be positive: %d, %d".formatted(maxPreferences, maxForPeople));
    }
    if (inFlight < 1 || inFlight > maxPreferences) {
      throw new IllegalArgumentException(
          "%d in flight of %d preferences".formatted(inFlight, maxPreferences));
    }
  }

  /**
   * Returns the number of prompts to sample from now; 0 means wait. There is nothing to wait for
   * once half a batch has room: that costs little more a pair than a whole one, and a sampler that
   * waits for the rest lets the trainer wait for it afterwards.
   *
   * @param share of the sampler whose counts these are
   * @param batch most prompts at one time
   * @param pairsPerPrompt pairs that a prompt takes room for
   * @param waitedLong whether to take any prompt that there is room for
   */
  public int prompts(
      PacingState state, Share share, int batch, int pairsPerPrompt, boolean waitedLong) {
    int full = Math.min(batch, most(state, share) / pairsPerPrompt);
    int prompts = Math.min(full, room(state, share) / pairsPerPrompt);
    return waitedLong || 2 * prompts >= full ? prompts : 0;
  }

  /**
   * Returns the number of pairs that one of the samplers may write in this state; 0 means wait.
   *
   * @param share of the sampler whose counts these are
   */
  public int room(PacingState state, Share share) {
    double expected = expected(state);
    double free = maxPreferences - state.untrained() - share.others(inFlight);
    double machine = Math.floor(free / expected) - state.undecided();
    double people =
        Math.floor(maxForPeople - share.others(inFlightForPeople())) - state.outstandingForPeople();
    return (int) Math.max(0, Math.min(Math.min(machine, people), unreserved(state, share)));
  }

  /** The number of pairs that a sampler may write at once, when it has none in flight. */
  public int most(PacingState state, Share share) {
    if (share.isWhole()) {
      return Integer.MAX_VALUE;
    }
    double machine = share.of(inFlight) / expected(state);
    return (int) Math.floor(Math.min(machine, share.of(inFlightForPeople())));
  }

  /**
   * The number of samplers that can share the bound, each with room for the pairs of one prompt.
   *
   * @param partitions of prompts
   */
  public int places(int partitions, int pairsPerPrompt) {
    int places = partitions;
    while (places > 1 && !hasRoom(new Share(partitions / places, partitions), pairsPerPrompt)) {
      places--;
    }
    return places;
  }

  /**
   * Whether a sampler is one more than the bound has places for. It is to leave whatever its share
   * is: where partitions do not divide evenly, it may have room that one which stays lacks. Those
   * for which there is no partition wait for one, and may stay.
   *
   * @param place of the sampler among all, in an order they agree on, from 0
   * @param partitions of prompts
   */
  public boolean isOneTooMany(long place, int partitions, int pairsPerPrompt) {
    int places = places(partitions, pairsPerPrompt);
    return places < partitions && place >= places;
  }

  /** Whether a sampler with a share can write so many pairs at some time, whatever is expected. */
  public boolean hasRoom(Share share, int pairs) {
    return share.isWhole()
        || (share.of(inFlight) >= pairs && share.of(inFlightForPeople()) >= pairs);
  }

  /** What is left to a sampler of the pairs that it may have in flight. */
  private int unreserved(PacingState state, Share share) {
    return most(state, share) - state.reserved() - state.reservedForPeople();
  }

  /** Nothing stays in the bound of people for good, so half of it leaves the other half to use. */
  private int inFlightForPeople() {
    return (maxForPeople + 1) / 2;
  }

  private static double expected(PacingState state) {
    return Math.max(LEAST_SHARE, state.preferredShare());
  }
}
