package io.dpostream.judge.assembler;

import io.dpostream.settings.RecordCopy;
import io.dpostream.settings.SettingsTree;
import java.util.Map;

/** Configurations for tests: one second's patience, states in memory. */
record Configs(AssemblerConfig build) {

  static final Configs FIRST = of("first", 1);

  static Configs of(String quorum, int votes) {
    return new Configs(
            SettingsTree.read(
                Map.of(
                    "quorum",
                    quorum,
                    "votes",
                    votes,
                    "timeout_ms",
                    1000,
                    "early_vote_timeout_ms",
                    500,
                    "min_probability",
                    0.6,
                    "partitions",
                    1,
                    "store",
                    "memory",
                    "state_dir",
                    "unused"),
                AssemblerConfig.class,
                AssemblerConfig.SECTION))
        .rememberingFor(10_000, 1000)
        .openAtMost(1000);
  }

  Configs atLeast(int verdicts) {
    return with("minVotes", verdicts);
  }

  Configs machinesAndPeopleAlike() {
    return with("humanOverrides", false);
  }

  Configs correctableFor(long ms) {
    return with("correctionWindowMs", ms);
  }

  Configs rememberingFor(long ms, int count) {
    return with("closedWindowMs", ms).with("maxClosed", count);
  }

  Configs openAtMost(int ids) {
    return with("maxOpen", ids);
  }

  Configs knowing(Map<String, Double> measured) {
    return with("accuracies", measured);
  }

  AssemblerConfig build(int partitions) {
    return with("partitions", partitions).build;
  }

  private Configs with(String component, Object value) {
    return new Configs(RecordCopy.with(build, component, value));
  }
}
