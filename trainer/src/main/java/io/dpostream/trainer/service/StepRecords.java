package io.dpostream.trainer.service;

import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.SkippedKind;
import io.dpostream.schemas.StepTaken;
import io.dpostream.trainer.batch.RecordsDigest;
import io.dpostream.trainer.batch.SkippedRecords;
import io.dpostream.trainer.batch.StepPlan;
import io.dpostream.trainer.learner.StepResult;
import io.dpostream.trainer.learner.TrainingPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Creates the ledger's records of steps. */
final class StepRecords {
  private StepRecords() {}

  /**
   * The record of a step.
   *
   * @param result of the learner; absent when there was nothing to train on
   * @param version published when the step was taken
   */
  static StepTaken of(
      long step, StepPlan plan, Optional<StepResult> result, long version, long durationMs) {
    boolean applied = result.map(StepResult::applied).orElse(false);
    List<Skipped> skipped = new ArrayList<>(plan.skipped());
    result
        .flatMap(StepResult::nonFinite)
        .ifPresent(
            reason ->
                plan.pairs().forEach(pair -> skipped.add(SkippedRecords.notFinite(pair, reason))));
    Map<String, Double> metrics = new HashMap<>();
    result.ifPresent(r -> metrics.putAll(r.metrics()));
    OptionalDouble staleness = staleness(plan.pairs(), version);
    staleness.ifPresent(mean -> metrics.put("staleness", mean));
    if (result.isPresent()) {
      boolean ownAndFresh =
          staleness.isPresent()
              && staleness.getAsDouble() == 0
              && plan.pairs().stream().allMatch(pair -> pair.policyVersion() >= 0);
      metrics.put("kl/off_policy", ownAndFresh ? 0.0 : 1.0);
    }
    return StepTaken.newBuilder()
        .setStep(step)
        .setRanges(plan.ranges())
        .setSkipped(skipped)
        .setPairs(applied ? plan.pairs().size() : 0)
        .setPartial(plan.partial())
        .setApplied(applied)
        .setLoss(result.map(StepResult::loss).orElse(Double.NaN))
        .setMetrics(metrics)
        .setTokens(result.map(StepResult::tokens).orElse(0L))
        .setDigest(RecordsDigest.ofStep(plan.sha256(), result.map(StepResult::digest).orElse("")))
        .setDurationMs(durationMs)
        .build();
  }

  /** The ids of the pairs in a step that was not applied, for a message. */
  static String pairIds(StepTaken step) {
    return String.join(
        " ",
        step.getSkipped().stream()
            .filter(skipped -> SkippedRecords.kind(skipped) == SkippedKind.NOT_FINITE)
            .flatMap(skipped -> skipped.getPairId().stream())
            .toList());
  }

  /** Mean number of versions published since a pair was sampled, over those sampled by a policy. */
  private static OptionalDouble staleness(List<TrainingPair> pairs, long version) {
    return pairs.stream()
        .filter(pair -> pair.policyVersion() >= 0)
        .mapToDouble(pair -> Math.max(0, version - pair.policyVersion()))
        .average();
  }
}
