package io.dpostream.trainer.learner;

import io.dpostream.policy.model.ForwardPass;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Forward passes of the policy over some sequences. Their graphs are kept until it is closed, or
 * each pass is computed again when it is needed: the same bits, in the memory of one pass.
 *
 * <p>Not thread-safe.
 */
final class ScoredSequences implements AutoCloseable {

  /** Which graphs exist at one time. */
  enum Graphs {
    ALL,
    ONE_PASS
  }

  private final TrainableModel policy;
  private final List<TokenSequence> sequences;
  private final List<PackedSequences> plan;
  private final List<ForwardPass> passes = new ArrayList<>();
  private final float[][] logps;
  private final float[][] logCollisions;

  ScoredSequences(
      TrainableModel policy,
      List<TokenSequence> sequences,
      int tokensPerPass,
      boolean withLogCollisions,
      Graphs graphs) {
    this.policy = policy;
    this.sequences = sequences;
    plan = PackedSequences.pack(sequences, tokensPerPass);
    logps = new float[sequences.size()][];
    logCollisions = new float[sequences.size()][0];
    try {
      for (PackedSequences pass : plan) {
        ForwardPass forward = forward(pass);
        passes.add(forward);
        spread(pass, forward.logprobs(), logps);
        if (withLogCollisions) {
          spread(pass, forward.logCollisions(), logCollisions);
        }
        if (graphs == Graphs.ONE_PASS) {
          close();
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private ForwardPass forward(PackedSequences pass) {
    return policy.forward(pass.select(sequences), pass.shape());
  }

  /** Lets a pass be used, which is computed again where its graph is not kept. */
  private void use(int index, Consumer<ForwardPass> user) {
    if (!passes.isEmpty()) {
      user.accept(passes.get(index));
      return;
    }
    try (ForwardPass again = forward(plan.get(index))) {
      user.accept(again);
    }
  }

  private static void spread(PackedSequences pass, float[][] values, float[][] into) {
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

  /**
   * The divergence from another model over the whole vocabulary, summed over a sequence's tokens
   * and averaged over the sequences.
   */
  double divergenceFrom(LanguageModel other) {
    double[] sum = {0};
    for (int i = 0; i < plan.size(); i++) {
      use(i, pass -> add(pass.divergences(other), sum));
    }
    return sum[0] / logps.length;
  }

  private static void add(float[][] divergences, double[] sum) {
    for (float[] sequence : divergences) {
      for (float token : sequence) {
        sum[0] += token;
      }
    }
  }

  /** Adds to the policy's gradients, given one row of derivatives a sequence. */
  void backward(List<double[]> derivatives) {
    for (int i = 0; i < plan.size(); i++) {
      double[][] selected = plan.get(i).select(derivatives).toArray(double[][]::new);
      use(i, pass -> pass.backward(selected));
    }
  }

  @Override
  public void close() {
    passes.forEach(ForwardPass::close);
    passes.clear();
  }
}
