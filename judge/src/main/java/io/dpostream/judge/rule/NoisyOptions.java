package io.dpostream.judge.rule;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import java.util.Map;

/** The options of type {@code noisy}. */
public record NoisyOptions(
    @Doc("The other judge: its `type` and options.") Map<String, Object> judge,
    @Doc("Part of the other judge's preferences that are turned round, 0 to 1.") @Default("0.2")
        double errorRate,
    @Doc("Turns other pairs round: judges with different seeds err independently.") @Default("0")
        int seed) {

  public NoisyOptions {
    judge = Map.copyOf(judge);
    Require.between("error_rate", errorRate, 0, 1);
  }
}
