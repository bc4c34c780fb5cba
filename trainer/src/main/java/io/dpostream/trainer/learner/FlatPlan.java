package io.dpostream.trainer.learner;

import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.ModelConfig;
import io.dpostream.policy.model.PassBudget;
import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes of sequences one after the other, without padding. Neighbours with the same prompt, such
 * as chosen and rejected, share its work.
 *
 * @param budget of a pass
 * @param together whether sequences share passes; otherwise each has one of its own, for machines
 *     on which company changes a sequence's last bits
 */
record FlatPlan(PassBudget budget, boolean together) implements PassPlan {
  private static final Logger log = LoggerFactory.getLogger(FlatPlan.class);

  /** The plan for a model and its reference on a device. */
  static FlatPlan of(ModelConfig config, String device, LanguageModel reference) {
    PassBudget budget = PassBudget.of(config, device);
    boolean together = reference.ignoresCompany(budget.inputs());
    if (!together) {
      log.warn(
          "on this machine a sequence's numbers depend on those beside it: each is computed alone,"
              + " which is slower");
    }
    return new FlatPlan(budget, together);
  }

  @Override
  public List<PlannedPass> passes(List<TokenSequence> sequences) {
    if (!together) {
      return IntStream.range(0, sequences.size())
          .mapToObj(i -> new PlannedPass(List.of(i), Optional.empty()))
          .toList();
    }
    return budget.divide(pairs(sequences), pair -> pair.stream().map(sequences::get).toList())
        .stream()
        .map(pass -> new PlannedPass(pass.stream().flatMap(List::stream).toList(), Optional.empty()))
        .toList();
  }

  /** Indices of neighbours with the same prompt by two and two, and of the others alone. */
  private static List<List<Integer>> pairs(List<TokenSequence> sequences) {
    List<List<Integer>> pairs = new ArrayList<>();
    for (int i = 0; i < sequences.size(); i++) {
      boolean paired =
          i + 1 < sequences.size()
              && Arrays.equals(sequences.get(i).prompt(), sequences.get(i + 1).prompt());
      pairs.add(paired ? List.of(i, ++i) : List.of(i));
    }
    return pairs;
  }

  @Override
  public <T> List<List<T>> parts(List<T> pairs, Function<T, List<TokenSequence>> sequences) {
    return budget.divide(pairs, sequences);
  }

  @Override
  public String arithmetic() {
    return "flat";
  }
}
