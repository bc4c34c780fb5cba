package io.dpostream.trainer.loss;

import java.util.List;

/**
 * One preference with the log-probabilities of its tokens.
 *
 * @param ranked the completions, best first; two for a pair
 * @param label what is known about the preference besides its order
 * @param stale whether it counts by its {@link Weighting} even where the others do not
 */
public record PreferenceLogps(List<CompletionLogps> ranked, Label label, boolean stale) {
  public PreferenceLogps {
    ranked = List.copyOf(ranked);
    if (ranked.size() < 2) {
      throw new IllegalArgumentException("a preference needs at least two completions");
    }
  }

  /** A preference that is not stale. */
  public PreferenceLogps(List<CompletionLogps> ranked, Label label) {
    this(ranked, label, false);
  }

  CompletionLogps chosen() {
    return ranked.get(0);
  }
}
