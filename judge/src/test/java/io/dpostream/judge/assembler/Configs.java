package io.dpostream.judge.assembler;

import java.util.Map;

/** Configurations for tests: one second's patience, states in memory. */
record Configs(
    String quorum,
    int votes,
    int minVotes,
    boolean humanOverrides,
    long correctionWindowMs,
    long closedWindowMs,
    int maxClosed,
    int maxOpen,
    Map<String, Double> accuracies) {

  static final Configs FIRST = of("first", 1);

  static Configs of(String quorum, int votes) {
    return new Configs(quorum, votes, 1, true, 0, 10_000, 1000, 1000, Map.of());
  }

  Configs atLeast(int verdicts) {
    return new Configs(
        quorum,
        votes,
        verdicts,
        humanOverrides,
        correctionWindowMs,
        closedWindowMs,
        maxClosed,
        maxOpen,
        accuracies);
  }

  Configs machinesAndPeopleAlike() {
    return new Configs(
        quorum,
        votes,
        minVotes,
        false,
        correctionWindowMs,
        closedWindowMs,
        maxClosed,
        maxOpen,
        accuracies);
  }

  Configs correctableFor(long ms) {
    return new Configs(
        quorum,
        votes,
        minVotes,
        humanOverrides,
        ms,
        closedWindowMs,
        maxClosed,
        maxOpen,
        accuracies);
  }

  Configs rememberingFor(long ms, int count) {
    return new Configs(
        quorum,
        votes,
        minVotes,
        humanOverrides,
        correctionWindowMs,
        ms,
        count,
        maxOpen,
        accuracies);
  }

  Configs openAtMost(int ids) {
    return new Configs(
        quorum,
        votes,
        minVotes,
        humanOverrides,
        correctionWindowMs,
        closedWindowMs,
        maxClosed,
        ids,
        accuracies);
  }

  Configs knowing(Map<String, Double> measured) {
    return new Configs(
        quorum,
        votes,
        minVotes,
        humanOverrides,
        correctionWindowMs,
        closedWindowMs,
        maxClosed,
        maxOpen,
        measured);
  }

  AssemblerConfig build() {
    return build(1);
  }

  AssemblerConfig build(int partitions) {
    return new AssemblerConfig(
        quorum,
        votes,
        minVotes,
        humanOverrides,
        1000,
        500,
        correctionWindowMs,
        closedWindowMs,
        maxClosed,
        maxOpen,
        accuracies,
        0.8,
        0.6,
        partitions,
        1,
        "memory",
        "unused",
        100,
        "classic",
        10_000);
  }
}
