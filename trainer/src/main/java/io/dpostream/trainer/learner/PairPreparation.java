package io.dpostream.trainer.learner;

import io.dpostream.policy.text.TokenSequence;
import io.dpostream.trainer.loss.Label;
import io.dpostream.trainer.loss.Objective;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Prepares preferences for a step, or explains why one cannot be used. The result depends on the
 * pair and the configuration alone.
 *
 * @param objective whose data requirements count
 * @param truncation how overlong pairs are shortened
 * @param vocabSize every token id is below it
 */
record PairPreparation(Objective objective, Truncation truncation, int vocabSize) {

  Optional<String> refusal(TrainingPair pair) {
    if (pair.prompt().length == 0) {
      return Optional.of("the prompt has no tokens");
    }
    return outside("the prompt", pair.prompt())
        .or(() -> completions(pair).stream().flatMap(c -> refusal(c).stream()).findFirst())
        .or(() -> truncation.refusal(pair.prompt()))
        .or(() -> labelRefusal(pair));
  }

  PreparedPair prepare(TrainingPair pair, boolean stale) {
    List<int[]> completions = completions(pair);
    List<TokenSequence> sequences =
        completions.stream().map(c -> truncation.cut(pair.prompt(), c)).toList();
    boolean cut =
        IntStream.range(0, completions.size())
            .anyMatch(i -> sequences.get(i).completion().length < completions.get(i).length);
    return new PreparedPair(pair, sequences, label(pair), stale, cut);
  }

  private List<int[]> completions(TrainingPair pair) {
    return objective.usesRanking() && !pair.ranked().isEmpty()
        ? pair.ranked()
        : List.of(pair.chosen(), pair.rejected());
  }

  private Optional<String> refusal(int[] completion) {
    return completion.length == 0
        ? Optional.of("a completion has no tokens")
        : outside("a completion", completion);
  }

  private Optional<String> outside(String what, int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= vocabSize) {
        return Optional.of(
            what + " has the token id " + id + ", outside the vocabulary of " + vocabSize);
      }
    }
    return Optional.empty();
  }

  private Optional<String> labelRefusal(TrainingPair pair) {
    try {
      return objective.refusal(label(pair), completions(pair).size());
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Label label(TrainingPair pair) {
    return new Label(pair.probability(), pair.rewardMargin());
  }
}
