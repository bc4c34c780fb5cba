package io.dpostream.pipeline.metrics;

import io.dpostream.judge.assembler.AssemblerListener;
import io.dpostream.schemas.OutcomeKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Meters of how pairs end. Every kind exists from the start, so that a rate of each can be
 * computed.
 */
final class AssemblerMeters implements AssemblerListener {
  private static final String PREFIX = "dpo.assembler.";

  private final Map<OutcomeKind, Counter> outcomes = new EnumMap<>(OutcomeKind.class);
  private final Counter revisions;
  private final Counter lateVotes;
  private final Counter deadLetters;

  AssemblerMeters(MeterRegistry registry) {
    for (OutcomeKind kind : OutcomeKind.values()) {
      outcomes.put(
          kind,
          Counter.builder(PREFIX + "outcomes")
              .description("Pairs with an outcome")
              .tag("outcome", kind.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    revisions =
        Counter.builder(PREFIX + "revisions")
            .description("Preferences revised by a correction")
            .register(registry);
    lateVotes =
        Counter.builder(PREFIX + "late.votes")
            .description("Judges' votes on pairs that already had an outcome")
            .register(registry);
    deadLetters =
        Counter.builder(PREFIX + "dead.letters")
            .description("Records set aside")
            .register(registry);
  }

  @Override
  public void ended(OutcomeKind outcome) {
    Counter counter = outcomes.get(outcome);
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public void revised() {
    revisions.increment();
  }

  @Override
  public void late(String judgeId) {
    lateVotes.increment();
  }

  @Override
  public void deadLettered(String error) {
    deadLetters.increment();
  }
}
