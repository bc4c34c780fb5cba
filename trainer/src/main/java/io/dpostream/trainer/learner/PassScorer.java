package io.dpostream.trainer.learner;

import io.dpostream.policy.model.FlatSize;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores passes so that every sequence has the bits that it has alone, whatever it stands beside. A
 * library may round a row of a product by how many rows there are, so the first pass of each size
 * is compared with its first and its last sequence computed alone; when one differs, every sequence
 * is computed alone from then on.
 *
 * <p>Not thread-safe.
 */
class PassScorer {
  private static final Logger log = LoggerFactory.getLogger(PassScorer.class);

  private final Set<Integer> knownInputs = new HashSet<>();
  private final Set<Integer> knownTargets = new HashSet<>();
  private boolean eachAlone;

  /**
   * Returns one row of log-probabilities for each of a pass's members.
   *
   * @param model of one architecture, dtype and device whenever this is called
   * @param sequences those that were planned
   */
  float[][] logprobs(LanguageModel model, PlannedPass pass, List<TokenSequence> sequences) {
    if (pass.shape().isPresent()) {
      return pass.logprobs(model, sequences);
    }
    List<TokenSequence> members = pass.select(sequences);
    if (!eachAlone) {
      float[][] together = together(model, members);
      if (members.size() == 1
          || isKnown(FlatSize.of(members))
          || isAsAlone(model, members, together)) {
        return together;
      }
      log.info(
          "a sequence beside others is rounded otherwise than alone here: the reference is computed"
              + " sequence by sequence");
      eachAlone = true;
    }
    return members.stream().map(sequence -> alone(model, sequence)).toArray(float[][]::new);
  }

  float[][] together(LanguageModel model, List<TokenSequence> members) {
    return model.logprobs(members);
  }

  /** Whether a pass of this size was found to give every sequence its own bits. */
  private boolean isKnown(FlatSize size) {
    return knownInputs.contains(size.inputs()) && knownTargets.contains(size.targets());
  }

  private boolean isAsAlone(LanguageModel model, List<TokenSequence> members, float[][] together) {
    for (int i = 0; i < members.size(); i++) {
      if (!Arrays.equals(alone(model, members.get(i)), together[i])) {
        return false;
      }
    }
    FlatSize size = FlatSize.of(members);
    knownInputs.add(size.inputs());
    knownTargets.add(size.targets());
    return true;
  }

  private static float[] alone(LanguageModel model, TokenSequence sequence) {
    return model.logprobs(List.of(sequence))[0];
  }
}
