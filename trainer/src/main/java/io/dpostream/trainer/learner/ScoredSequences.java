package io.dpostream.trainer.learner;

import io.dpostream.policy.model.Dropout;
import io.dpostream.policy.model.ForwardPass;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;

/**
 * Forward passes of the policy over some sequences; their graphs are kept until it is closed.
 *
 * <p>Not thread-safe.
 */
final class ScoredSequences implements AutoCloseable {
  private final List<PlannedPass> plan;
  private final List<ForwardPass> passes = new ArrayList<>();
  private final float[][] logps;
  private final float[][] logCollisions;

  ScoredSequences(
      TrainableModel policy,
      List<TokenSequence> sequences,
      PassPlan passPlan,
      Dropout dropout,
      boolean withLogCollisions) {
    plan = passPlan.passes(sequences);
    logps = new float[sequences.size()][];
    logCollisions = new float[sequences.size()][0];
    try {
      for (PlannedPass pass : plan) {
        ForwardPass forward = pass.forward(policy, sequences, dropout);
        passes.add(forward);
        spread(pass, forward.logprobs(), logps);
        if (withLogCollisions) {
          spread(pass, forward.logCollisions(), logCollisions);
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void spread(PlannedPass pass, float[][] values, float[][] into) {
    for (int i = 0; i < values.length; i++) {
      into[pass.members().get(i)] = values[i];
    }
  }

  /** Log-probability of each completion token of a sequence. */
  float[] logps(int sequence) {
    return logps[sequence];
  }

  /** {@code log Σp²} at each completion token of a sequence; empty unless asked for. */
  float[] logCollisions(int sequence) {
    return logCollisions[sequence];
  }

  /** The divergence from another model over the whole vocabulary, summed over all tokens. */
  double divergenceFrom(LanguageModel other) {
    double sum = 0;
    for (ForwardPass pass : passes) {
      for (float[] sequence : pass.divergences(other)) {
        for (float token : sequence) {
          sum += token;
        }
      }
    }
    return sum;
  }

  /** Adds to the policy's gradients, given one row of derivatives a sequence. */
  void backward(List<double[]> derivatives) {
    for (int i = 0; i < passes.size(); i++) {
      passes.get(i).backward(plan.get(i).select(derivatives).toArray(double[][]::new));
    }
  }

  @Override
  public void close() {
    passes.forEach(ForwardPass::close);
  }
}
