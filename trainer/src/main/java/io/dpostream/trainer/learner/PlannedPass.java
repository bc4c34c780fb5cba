package io.dpostream.trainer.learner;

import io.dpostream.policy.model.Dropout;
import io.dpostream.policy.model.ForwardPass;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.PassShape;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.TokenSequence;
import java.util.List;
import java.util.Optional;

/**
 * Sequences that one pass computes.
 *
 * @param members indices into the list that was planned
 * @param shape of padded rows; none for sequences one after the other
 */
record PlannedPass(List<Integer> members, Optional<PassShape> shape) {

  /** Computes the members with their graph. */
  ForwardPass forward(TrainableModel policy, List<TokenSequence> sequences, Dropout dropout) {
    List<TokenSequence> own = select(sequences);
    Dropout ownDropout = dropout.of(members);
    return shape.isPresent()
        ? policy.forward(own, shape.get(), ownDropout)
        : policy.forward(own, ownDropout);
  }

  /** The members' log-probabilities. */
  float[][] logprobs(LanguageModel model, List<TokenSequence> sequences) {
    List<TokenSequence> own = select(sequences);
    return shape.isPresent() ? model.logprobs(own, shape.get()) : model.logprobs(own);
  }

  /** Selects the members' values from a list with one value per sequence. */
  <T> List<T> select(List<T> values) {
    return members.stream().map(values::get).toList();
  }
}
