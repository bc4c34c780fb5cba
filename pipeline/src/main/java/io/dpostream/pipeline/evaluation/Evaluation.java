package io.dpostream.pipeline.evaluation;

import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Prompt;
import java.util.List;

/**
 * What came out of comparing a policy with its reference on held-out prompts.
 *
 * @param winRate by the judge
 * @param correctnessOnly by whether the answer is correct and nothing else
 * @param correctPolicy share of the policy's completions that are correct; 0 where prompts have no
 *     reference answer
 * @param correctReference the same of the reference's
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
   * One prompt with what both wrote.
   *
   * @param sign positive when the judge preferred the policy's, negative when the reference's
   */
  public record Example(Prompt prompt, Completion reference, Completion policy, int sign) {}

  /** A verdict seen from the policy, whose completion stood on {@code side}. */
  static int sign(Verdict verdict, Side side) {
    return verdict instanceof Verdict.Preferred preferred ? (preferred.side() == side ? 1 : -1) : 0;
  }
}
