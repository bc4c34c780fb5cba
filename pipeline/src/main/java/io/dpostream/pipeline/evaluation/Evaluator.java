package io.dpostream.pipeline.evaluation;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Side;
import io.dpostream.pipeline.evaluation.Evaluation.Example;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.ContentHash;
import io.dpostream.schemas.Prompt;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares a policy with its reference on fresh samples of both for held-out prompts. It is
 * deterministic if completions and judge are.
 */
public final class Evaluator {

  private final List<Prompt> prompts;
  private final Judge judge;
  private final AnswerCheck check;

  /**
   * @param prompts that no training pair was sampled from
   * @param judge compares the completions; borrowed
   * @param check finds the shares of correct answers
   */
  public Evaluator(List<Prompt> prompts, Judge judge, AnswerCheck check) {
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("an evaluation needs prompts");
    }
    this.prompts = List.copyOf(prompts);
    this.judge = judge;
    this.check = check;
  }

  /**
   * Goes through the prompts, round after round, until enough comparisons are decided.
   *
   * @param minDecided number of comparisons with a winner that make an interval worth reading
   * @param maxRounds bound on the rounds, for when nearly all comparisons are ties
   * @throws InterruptedException if the thread is asked to stop
   */
  public Evaluation evaluate(
      Completions policy, Completions reference, long minDecided, int maxRounds)
      throws InterruptedException {
    Totals totals = new Totals();
    for (int round = 0; round < maxRounds; round++) {
      List<Completion> ours = policy.sample(prompts, round);
      List<Completion> theirs = reference.sample(prompts, round);
      for (int i = 0; i < prompts.size(); i++) {
        totals.add(prompts.get(i), ours.get(i), theirs.get(i), round, i);
      }
      if (totals.winRate.decided() >= minDecided) {
        break;
      }
    }
    return totals.evaluation();
  }

  /** Running totals of one evaluation. */
  private final class Totals {
    private WinRate winRate = WinRate.NONE;
    private WinRate correctnessOnly = WinRate.NONE;
    private long answerable;
    private long correctPolicy;
    private long correctReference;
    private final List<Example> examples = new ArrayList<>();

    void add(Prompt prompt, Completion policy, Completion reference, int round, int index) {
      Side side = index % 2 == 0 ? Side.FIRST : Side.SECOND;
      int sign = compare(prompt, policy, reference, side, round);
      winRate = winRate.plus(WinRate.of(sign));
      prompt.getReferenceAnswer().ifPresent(answer -> addCorrectness(answer, policy, reference));
      if (round == 0) {
        examples.add(new Example(prompt, reference, policy, sign));
      }
    }

    private int compare(
        Prompt prompt, Completion policy, Completion reference, Side side, int round) {
      Completion first = side == Side.FIRST ? policy : reference;
      Completion second = side == Side.FIRST ? reference : policy;
      Comparison comparison =
          new Comparison(
              "evaluation/" + round + "/" + prompt.getId(),
              ContentHash.of(List.of(), first, second),
              prompt,
              first,
              second);
      return Evaluation.sign(judge.compare(comparison).join(), side);
    }

    private void addCorrectness(String answer, Completion policy, Completion reference) {
      boolean ours = check.isCorrect(policy.getText(), answer);
      boolean theirs = check.isCorrect(reference.getText(), answer);
      answerable++;
      correctPolicy += ours ? 1 : 0;
      correctReference += theirs ? 1 : 0;
      correctnessOnly = correctnessOnly.plus(WinRate.of(Boolean.compare(ours, theirs)));
    }

    Evaluation evaluation() {
      return new Evaluation(
          winRate,
          correctnessOnly,
          share(correctPolicy, answerable),
          share(correctReference, answerable),
          examples);
    }
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
