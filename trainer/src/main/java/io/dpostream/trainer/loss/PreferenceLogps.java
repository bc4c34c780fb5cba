package io.dpostream.trainer.loss;

import java.util.List;

/**
 * One preference with the log-probabilities of its tokens.
 *
 * @param ranked the completions, best first; two for a pair
 * @param label what is known of the preference besides its order
 */
public record PreferenceLogps(List<CompletionLogps> ranked, Label label) {
  public PreferenceLogps {
    ranked = List.copyOf(ranked);
    if (ranked.size() < 2) {
      throw new IllegalArgumentException("a preference needs at least two completions");
    }
  }

  CompletionLogps chosen() {
    return ranked.get(0);
  }
}
