package io.dpostream.sampler.pacing;

import io.dpostream.settings.UserException;

/**
 * How many preferences may be outstanding, and how many of them a partition can hold back: a step
 * takes a fixed number from each partition, as evenly as it can.
 *
 * @param batches training batches that may be outstanding
 * @param pairsPerStep preferences that one training step takes
 * @param partitions of the preferences
 */
public record Bound(int batches, int pairsPerStep, int partitions) {

  public Bound {
    if (batches < 1 || pairsPerStep < 1 || partitions < 1) {
      throw new IllegalArgumentException(
          "%d batches of %d from %d partitions".formatted(batches, pairsPerStep, partitions));
    }
  }

  /** Preferences that may be outstanding. */
  public int preferences() {
    return Math.multiplyExact(batches, pairsPerStep);
  }

  /** Preferences that count of one partition: what the bound's steps take from it. */
  public int countAtMost(int partition) {
    return batches * (leastOfAStep() + (partition < pairsPerStep % partitions ? 1 : 0));
  }

  /**
   * What is free when nothing moves any more. Then all partitions but the one that lacks a
   * preference for the next step count as many as they can.
   */
  public int inFlight() {
    return (batches - 1) * leastOfAStep() + 1;
  }

  private int leastOfAStep() {
    return pairsPerStep / partitions;
  }

  /**
   * Refuses prompts whose pairs might never have room.
   *
   * @param forPeople pairs that may wait for people
   * @throws UserException saying what to set
   */
  public void requireRoom(int pairsPerPrompt, int forPeople) {
    if (pairsPerPrompt > forPeople) {
      throw refusal(
          pairsPerPrompt,
          forPeople,
          "raise sampler.max_waiting_for_people and the human judge's max_open");
    }
    if (pairsPerPrompt > inFlight()) {
      throw refusal(pairsPerPrompt, inFlight(), remedy(pairsPerPrompt));
    }
  }

  private String remedy(int pairsPerPrompt) {
    if (leastOfAStep() == 0) {
      return "let a training step take %d pairs at least, the number of partitions of preferences"
          .formatted(partitions);
    }
    int enough = (pairsPerPrompt - 2) / leastOfAStep() + 2;
    return "set sampler.max_outstanding_batches to %d at least".formatted(enough);
  }

  private static UserException refusal(int pairsPerPrompt, int room, String remedy) {
    return new UserException(
        "sampler.pairs_per_prompt: a prompt makes %d pairs, and there is always room for %d only; let it make fewer, or %s"
            .formatted(pairsPerPrompt, room, remedy));
  }
}
