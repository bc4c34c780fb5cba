package io.dpostream.pipeline.evaluation;

import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.List;

/**
 * The result of comparing a policy with its reference on held-out prompts.
 *
 * @param winRate win rate by the judge
 * @param correctnessOnly win rate by the correctness of answers alone
 * @param correctPolicy share of the policy's completions that are correct; 0 where prompts have no
 *     reference answer
 * @param correctReference share of the reference's completions that are correct
 * @param examples the first round's comparisons, one for each prompt
 */
public record Evaluation(
    WinRate winRate,
    WinRate correctnessOnly,
    double correctPolicy,
    double correctReference,
    List<Example> examples) {

  public Evaluation {
    examples = List.copyOf(examples);
  }

  /** Whether any prompt had a reference answer, so that correctness means something. */
  public boolean hasAnswers() {
    return correctnessOnly.decided() + correctnessOnly.ties() > 0;
  }

  /**
   * One prompt with the completions of both policies.
   *
   * @param sign positive when the judge preferred the policy's, negative when the reference's
   */
  public record Example(Prompt prompt, Completion reference, Completion policy, int sign) {}

  /** Turns a verdict into the policy's view; its completion was on {@code side}. */
  static int sign(Verdict verdict, Side side) {
    return verdict instanceof Verdict.Preferred preferred ? (preferred.side() == side ? 1 : -1) : 0;
  }
}
