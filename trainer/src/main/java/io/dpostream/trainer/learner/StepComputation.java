package io.dpostream.trainer.learner;

import io.dpostream.policy.model.Dropout;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.RandomDraws;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.trainer.loss.BatchTotals;
import io.dpostream.trainer.loss.CompletionLogps;
import io.dpostream.trainer.loss.GroupResult;
import io.dpostream.trainer.loss.LossState;
import io.dpostream.trainer.loss.Objective;
import io.dpostream.trainer.loss.ObjectiveResult;
import io.dpostream.trainer.loss.PreferenceLogps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Computes a step's loss and adds its gradient to the policy's, part by part of its micro-batches.
 * Only one part's graphs exist at a time. An objective that needs the whole batch is evaluated
 * after a first pass over all of it.
 */
final class StepComputation {
  private final TrainableModel policy;
  private final ReferenceScorer reference;
  private final int pairsPerMicroBatch;
  private final PassPlan plan;
  private final long dropoutSeed;

  /**
   * Creates the computation of a step.
   *
   * @param dropoutSeed of the step, from which each pair's follows
   */
  StepComputation(
      TrainableModel policy,
      ReferenceScorer reference,
      int pairsPerMicroBatch,
      PassPlan plan,
      long dropoutSeed) {
    this.policy = policy;
    this.reference = reference;
    this.pairsPerMicroBatch = pairsPerMicroBatch;
    this.plan = plan;
    this.dropoutSeed = dropoutSeed;
  }

  /**
   * The result of a step before its update.
   *
   * @param preferences every pair's log-probabilities, in order
   * @param result the objective over all of them
   */
  record Computed(List<PreferenceLogps> preferences, ObjectiveResult result) {}

  Computed compute(Objective objective, List<PreparedPair> pairs, LossState state) {
    BatchTotals totals =
        new BatchTotals(
            pairs.size(),
            pairs.stream().mapToLong(p -> p.sequences().get(0).completion().length).sum());
    return objective.wholeBatch()
        ? twoPasses(objective, pairs, totals, state)
        : onePass(objective, pairs, totals, state);
  }

  /** The divergence of the policy from a reference over the whole vocabulary, on a micro-batch. */
  double divergence(List<PreparedPair> pairs, LanguageModel from) {
    List<PreparedPair> first = microBatches(pairs).get(0);
    double sum = 0;
    for (List<PreparedPair> part : plan.parts(first, PreparedPair::sequences)) {
      try (ScoredSequences scored =
          new ScoredSequences(policy, sequences(part), plan, Dropout.NONE, false)) {
        sum += scored.divergenceFrom(from);
      }
    }
    return sum / sequences(first).size();
  }

  private Computed onePass(
      Objective objective, List<PreparedPair> pairs, BatchTotals totals, LossState state) {
    List<PreferenceLogps> preferences = new ArrayList<>();
    List<GroupResult> groups = new ArrayList<>();
    double loss = 0;
    for (List<PreparedPair> part : parts(pairs)) {
      try (ScoredSequences scored = score(objective, part)) {
        List<PreferenceLogps> logps = logps(part, scored);
        ObjectiveResult result = objective.evaluate(logps, totals, state);
        if (Double.isFinite(result.loss())) {
          scored.backward(derivatives(result.groups()));
        }
        loss += result.loss();
        preferences.addAll(logps);
        groups.addAll(result.groups());
      }
    }
    return new Computed(preferences, new ObjectiveResult(loss, groups, state));
  }

  private Computed twoPasses(
      Objective objective, List<PreparedPair> pairs, BatchTotals totals, LossState state) {
    List<PreferenceLogps> preferences = new ArrayList<>();
    for (List<PreparedPair> part : parts(pairs)) {
      try (ScoredSequences scored = score(objective, part)) {
        preferences.addAll(logps(part, scored));
      }
    }
    ObjectiveResult result = objective.evaluate(preferences, totals, state);
    if (Double.isFinite(result.loss())) {
      int done = 0;
      for (List<PreparedPair> part : parts(pairs)) {
        try (ScoredSequences scored = score(objective, part)) {
          scored.backward(derivatives(result.groups().subList(done, done + part.size())));
        }
        done += part.size();
      }
    }
    return new Computed(preferences, result);
  }

  private List<List<PreparedPair>> microBatches(List<PreparedPair> pairs) {
    return IntStream.iterate(0, i -> i < pairs.size(), i -> i + pairsPerMicroBatch)
        .mapToObj(i -> pairs.subList(i, Math.min(pairs.size(), i + pairsPerMicroBatch)))
        .toList();
  }

  private List<List<PreparedPair>> parts(List<PreparedPair> pairs) {
    return microBatches(pairs).stream()
        .flatMap(micro -> plan.parts(micro, PreparedPair::sequences).stream())
        .toList();
  }

  private ScoredSequences score(Objective objective, List<PreparedPair> pairs) {
    boolean logCollisions =
        objective.usesLogCollision() || pairs.stream().anyMatch(PreparedPair::stale);
    return new ScoredSequences(policy, sequences(pairs), plan, dropout(pairs), logCollisions);
  }

  /**
   * A pair's completions share a seed, and with it the draws for what they begin with in common.
   */
  private Dropout dropout(List<PreparedPair> pairs) {
    return new Dropout(
        pairs.stream()
            .flatMap(pair -> Collections.nCopies(pair.sequences().size(), seed(pair)).stream())
            .toList());
  }

  private long seed(PreparedPair pair) {
    return RandomDraws.combine(dropoutSeed, pair.source().partition(), pair.source().offset());
  }

  private List<PreferenceLogps> logps(List<PreparedPair> pairs, ScoredSequences scored) {
    List<float[]> referenceLogps = reference.logps(sequences(pairs));
    List<PreferenceLogps> preferences = new ArrayList<>();
    int next = 0;
    for (PreparedPair pair : pairs) {
      List<CompletionLogps> completions = new ArrayList<>();
      for (int k = 0; k < pair.sequences().size(); k++, next++) {
        completions.add(
            new CompletionLogps(
                doubles(scored.logps(next)),
                doubles(referenceLogps.get(next)),
                doubles(scored.logCollisions(next))));
      }
      preferences.add(new PreferenceLogps(completions, pair.label(), pair.stale()));
    }
    return preferences;
  }

  private static List<TokenSequence> sequences(List<PreparedPair> pairs) {
    return pairs.stream().flatMap(pair -> pair.sequences().stream()).toList();
  }

  private static List<double[]> derivatives(List<GroupResult> groups) {
    return groups.stream().flatMap(group -> Arrays.stream(group.gradient())).toList();
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
