package io.dpostream.pipeline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Prompt;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EvaluatorTest {

  /** Prefers the shorter text; equal lengths are a tie. */
  private static final class Shorter implements Judge {
    @Override
    public JudgeKind kind() {
      return JudgeKind.RULE;
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public CompletableFuture<Verdict> compare(Comparison c) {
      int order = Integer.compare(c.text(Side.FIRST).length(), c.text(Side.SECOND).length());
      return CompletableFuture.completedFuture(
          order == 0
              ? new Verdict.Tie()
              : new Verdict.Preferred(order < 0 ? Side.FIRST : Side.SECOND, 1));
    }
  }

  private static final List<Prompt> PROMPTS =
      IntStream.range(0, 4)
          .mapToObj(
              i ->
                  Prompt.newBuilder().setId("p" + i).setText("?").setReferenceAnswer("yes").build())
          .toList();

  private static Completions always(String... texts) {
    return (prompts, round) ->
        IntStream.range(0, prompts.size())
            .mapToObj(
                i ->
                    Completion.newBuilder()
                        .setText(texts[i % texts.length])
                        .setTokenIds(List.of())
                        .setFinishReason(FinishReason.STOP)
                        .build())
            .toList();
  }

  private final Evaluator evaluator =
      new Evaluator(PROMPTS, new Shorter(), (completion, answer) -> completion.contains(answer));

  @Test
  void shouldCountWinsWhicheverSideThePolicyStandsOn() throws Exception {
    // Two of four prompts are shown with the policy first and two with it second.
    Evaluation evaluation = evaluator.evaluate(always("yes"), always("yes, indeed"), 1, 1);

    assertThat(evaluation.winRate()).isEqualTo(new WinRate(4, 0, 0));
    assertThat(evaluation.correctnessOnly()).isEqualTo(new WinRate(0, 0, 4));
  }

  @Test
  void shouldReportCorrectnessApartFromTheJudge() throws Exception {
    // The policy is right on even prompts and shorter on odd ones; the reference is always wrong.
    Evaluation evaluation = evaluator.evaluate(always("yes!!", "n"), always("nay"), 1, 1);

    assertThat(evaluation.winRate()).isEqualTo(new WinRate(2, 2, 0));
    assertThat(evaluation.correctnessOnly()).isEqualTo(new WinRate(2, 0, 2));
    assertThat(evaluation.correctPolicy()).isEqualTo(0.5);
    assertThat(evaluation.correctReference()).isEqualTo(0);
  }

  @Test
  void shouldGoOnUntilEnoughIsDecided() throws Exception {
    // One of four prompts a round is decided: ten need ten rounds.
    Completions policy = always("yes", "same", "same", "same");
    Completions reference = always("yes, sir", "same", "same", "same");

    assertThat(evaluator.evaluate(policy, reference, 10, 100).winRate())
        .isEqualTo(new WinRate(10, 0, 30));
    assertThat(evaluator.evaluate(policy, reference, 10, 3).winRate())
        .isEqualTo(new WinRate(3, 0, 9));
  }

  @Test
  void shouldKeepTheFirstRoundAsExamples() throws Exception {
    Evaluation evaluation = evaluator.evaluate(always("a"), always("bb"), 100, 2);

    assertThat(evaluation.examples()).hasSize(4).allMatch(e -> e.sign() > 0);
  }
}
