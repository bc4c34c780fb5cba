package io.dpostream.pipeline.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.pipeline.evaluation.Evaluation.Example;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {

  private static Example example(String reference, String policy, int sign) {
    Prompt prompt =
        Prompt.newBuilder()
            .setId("p")
            .setMessages(List.of(new Message("user", "What is 2 + 2?", "")))
            .build();
    return new Example(prompt, completion(reference), completion(policy), sign);
  }

  private static Completion completion(String text) {
    return Completion.newBuilder()
        .setText(text)
        .setTokenIds(List.of())
        .setFinishReason(FinishReason.STOP)
        .build();
  }

  @Test
  void shouldShowSharesBeforeAndAfterAndDecidedExamplesSideBySide() {
    Evaluation evaluation =
        new Evaluation(
            new WinRate(8, 2, 5),
            new WinRate(3, 1, 11),
            0.8,
            0.6,
            List.of(
                example("same", "same", 0),
                example("Well, let me see:\nit should be the number 4.", "4", 1)));

    // The interval of 8 of 10 is the one solved by hand in IntervalTest.
    assertThat(Summary.lines(evaluation, 5))
        .containsExactly(
            "on held-out prompts           reference     policy",
            "correct answers                   0.600      0.800",
            "preferred                         0.200      0.800  of 10 decided, 95 % interval 0.490 to"
                + " 0.943; 5 ties",
            "preferred for correctness         0.250      0.750  of 4 decided",
            "",
            "prompt                              reference                           policy",
            "What is 2 + 2?                      Well, let me see: it should be t... 4");
  }

  @Test
  void shouldLeaveCorrectnessOutWherePromptsHaveNoAnswers() {
    Evaluation evaluation = new Evaluation(new WinRate(0, 0, 3), WinRate.NONE, 0, 0, List.of());

    // Nothing decided: the rate says nothing and the interval everything.
    assertThat(Summary.json(evaluation))
        .isEqualTo(
            "{\"win_rate_vs_reference\":0.5,\"win_rate_ci95\":[0.0,1.0],"
                + "\"wins\":0,\"losses\":0,\"ties\":3}");
  }
}
