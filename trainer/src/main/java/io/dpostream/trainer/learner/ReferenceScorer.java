package io.dpostream.trainer.learner;

import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes log-probabilities under the reference, or takes them from the cache. They depend on the
 * reference's hash, the token ids and the numerical environment alone.
 *
 * <p>Not thread-safe.
 */
final class ReferenceScorer {
  private final LanguageModel model;
  private final ReferenceCache cache;
  private final String context;
  private final PassPlan plan;
  private final PassScorer passes;

  /**
   * Creates a scorer for a model.
   *
   * @param environment what numerical results depend on besides weights and ids
   * @param passes knows how passes of the model's architecture are rounded
   */
  ReferenceScorer(
      LanguageModel model,
      ReferenceCache cache,
      String environment,
      PassPlan plan,
      PassScorer passes) {
    this.model = model;
    this.passes = passes;
    this.cache = cache;
    this.context = model.sha256() + " " + environment + " " + plan.arithmetic();
    this.plan = plan;
  }

  /** Returns one row per sequence, with one value per completion token. */
  List<float[]> logps(List<TokenSequence> sequences) {
    List<CacheKey> keys = sequences.stream().map(s -> CacheKey.of(context, s)).toList();
    List<float[]> rows = new ArrayList<>(sequences.size());
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      Optional<float[]> cached = cache.get(keys.get(i), sequences.get(i).completion().length);
      rows.add(cached.orElseGet(() -> new float[0]));
      if (cached.isEmpty()) {
        missing.add(i);
      }
    }
    List<TokenSequence> absent = missing.stream().map(sequences::get).toList();
    for (PlannedPass pass : plan.passes(absent)) {
      List<Integer> places = pass.select(missing);
      float[][] computed = passes.logprobs(model, pass, absent);
      for (int i = 0; i < computed.length; i++) {
        int place = places.get(i);
        rows.set(place, computed[i]);
        cache.put(keys.get(place), computed[i]);
      }
    }
    return rows;
  }
}
