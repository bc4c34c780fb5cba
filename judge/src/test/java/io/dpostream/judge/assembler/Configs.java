package io.dpostream.judge.assembler;

import java.util.Map;

/** Configurations for tests: one second's patience, states in memory. */
record Configs(
    String quorum,
    int votes,
    boolean humanOverrides,
    long correctionWindowMs,
    long closedWindowMs,
    int maxClosed,
    Map<String, Double> accuracies) {

  static final Configs FIRST = new Configs("first", 1, true, 0, 10_000, 1000, Map.of());

  static Configs of(String quorum, int votes) {
    return new Configs(quorum, votes, true, 0, 10_000, 1000, Map.of());
  }

  Configs machinesAndPeopleAlike() {
    return new Configs(
        quorum, votes, false, correctionWindowMs, closedWindowMs, maxClosed, accuracies);
  }

  Configs correctableFor(long ms) {
    return new Configs(quorum, votes, humanOverrides, ms, closedWindowMs, maxClosed, accuracies);
  }

  Configs rememberingFor(long ms, int count) {
    return new Configs(quorum, votes, humanOverrides, correctionWindowMs, ms, count, accuracies);
  }

  Configs knowing(Map<String, Double> measured) {
    return new Configs(
        quorum, votes, humanOverrides, correctionWindowMs, closedWindowMs, maxClosed, measured);
  }

  AssemblerConfig build() {
    return build(1);
  }

  AssemblerConfig build(int partitions) {
    return new AssemblerConfig(
        quorum,
        votes,
        1,
        humanOverrides,
        1000,
        500,
        correctionWindowMs,
        closedWindowMs,
        maxClosed,
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
