package io.dpostream.trainer.learner;

import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.RowRounding;
import io.dpostream.policy.text.TokenSequence;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores passes so that every sequence has the bits that it has alone, whatever it stands beside.
 * The numbers of rows of each pass are tried beforehand, see {@link RowRounding}; the first pass of
 * several sequences is moreover compared with each of them computed alone. Once anything differs,
 * every sequence is computed alone.
 *
 * <p>Not thread-safe.
 */
class PassScorer {
  private static final Logger log = LoggerFactory.getLogger(PassScorer.class);

  private final RowRounding rounding = new RowRounding();
  private boolean compared;
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
    if (!eachAlone && isAlike(model, members)) {
      float[][] together = together(model, members);
      if (compared || members.size() == 1 || isAsAlone(model, members, together)) {
        return together;
      }
    }
    if (!eachAlone) {
      log.info(
          "a sequence beside others is rounded otherwise than alone here: the reference is computed"
              + " sequence by sequence");
      eachAlone = true;
    }
    return members.stream().map(sequence -> alone(model, sequence)).toArray(float[][]::new);
  }

  boolean isAlike(LanguageModel model, List<TokenSequence> members) {
    return rounding.isAlike(model, members);
  }

  float[][] together(LanguageModel model, List<TokenSequence> members) {
    return model.logprobs(members);
  }

  private boolean isAsAlone(LanguageModel model, List<TokenSequence> members, float[][] together) {
    for (int i = 0; i < members.size(); i++) {
      if (!Arrays.equals(alone(model, members.get(i)), together[i])) {
        return false;
      }
    }
    compared = true;
    return true;
  }

  private static float[] alone(LanguageModel model, TokenSequence sequence) {
    return model.logprobs(List.of(sequence))[0];
  }
}
