package io.dpostream.policy.model;

/**
 * Counts the positions whose keys and values a decoder holds in memory, of running completions and
 * of prompts that were read, against the most that it may hold.
 */
final class HeldPositions {
  private final long bound;
  private long held;
  private long most;

  HeldPositions(long bound) {
    this.bound = bound;
  }

  void add(long positions) {
    held += positions;
    most = Math.max(most, held);
  }

  void remove(long positions) {
    held -= positions;
  }

  /** How many more may be held; negative where one completion takes more than all may. */
  long free() {
    return bound - held;
  }

  /** The most that were held at once. */
  long most() {
    return most;
  }
}
