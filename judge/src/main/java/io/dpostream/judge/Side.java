package io.dpostream.judge;

/** One of the two completions of a pair. */
public enum Side {
  FIRST,
  SECOND;

  /** The other one. */
  public Side other() {
    return this == FIRST ? SECOND : FIRST;
  }
}
