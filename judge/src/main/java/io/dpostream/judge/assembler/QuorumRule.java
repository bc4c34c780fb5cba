package io.dpostream.judge.assembler;

/** How the votes on a pair become one decision. */
public enum QuorumRule {
  /** The first verdict that is no abstention. */
  FIRST,
  /** More than half of the verdicts; otherwise a tie. */
  MAJORITY,
  /** All verdicts alike; otherwise the pair is dropped. */
  UNANIMOUS,
  /** The posterior under the judges' accuracies. */
  WEIGHTED
}
