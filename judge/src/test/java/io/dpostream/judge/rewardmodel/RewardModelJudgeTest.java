package io.dpostream.judge.rewardmodel;

import static io.dpostream.judge.Examples.comparison;
import static io.dpostream.judge.Examples.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Judges;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.RewardModel;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewardModelJudgeTest {
  private static final Comparison TEXT = comparison(prompt("red cat"), " cat cat", " red");

  @TempDir Path scratch;
  private Path folder;

  @BeforeEach
  void writeModel() {
    folder = WordModel.write(scratch.resolve("reward"), Head.SEQUENCE_CLASSIFICATION, true);
  }

  /** begin red cat | cat cat end and begin red cat | red end, with WordModel's ids. */
  @Test
  void shouldCompareTheScoresOfPromptAndCompletion() throws Exception {
    float[] scores = scores(new int[] {0, 3, 4, 4, 4, 1}, new int[] {0, 3, 4, 3, 1});
    double margin = scores[0] - scores[1];
    assertThat(Math.abs(margin)).isGreaterThan(0.01);

    try (Judge judge = judge(Map.of("temperature", 2))) {
      Verdict.Preferred verdict = (Verdict.Preferred) judge.compare(TEXT).get();

      assertThat(verdict.side()).isEqualTo(margin > 0 ? Side.FIRST : Side.SECOND);
      assertThat(verdict.evidence().scoreMargin().orElseThrow()).isCloseTo(margin, within(1e-6));
      assertThat(verdict.confidence())
          .isCloseTo(1 / (1 + Math.exp(-Math.abs(margin) / 2)), within(1e-6));
      assertThat(judge.kind()).isEqualTo(JudgeKind.REWARD_MODEL);
      assertThat(judge.version()).startsWith("reward-model-1-").contains("2.0");
    }
  }

  @Test
  void shouldPreferTheSameTextOnTheOtherSide() throws Exception {
    try (Judge judge = judge(Map.of())) {
      Verdict.Preferred given = (Verdict.Preferred) judge.compare(TEXT).get();
      Verdict.Preferred swapped = (Verdict.Preferred) judge.compare(TEXT.swapped()).get();

      assertThat(swapped.side()).isEqualTo(given.side().other());
      assertThat(swapped.evidence().scoreMargin().orElseThrow())
          .isCloseTo(-given.evidence().scoreMargin().orElseThrow(), within(1e-6));
    }
  }

  /** The template writes "begin red answer" before and "cat end" after. */
  @Test
  void shouldPutConversationsThroughTheChatTemplate() throws Exception {
    float[] scores = scores(new int[] {0, 3, 5, 4, 1}, new int[] {0, 3, 5, 3, 1});
    Prompt turns =
        Prompt.newBuilder()
            .setId("p")
            .setMessages(List.of(Message.newBuilder().setRole("user").setContent("red").build()))
            .build();

    try (Judge judge = judge(Map.of())) {
      assertThat(judge.compare(comparison(turns, "cat", "red")).get().evidence().scoreMargin())
          .hasValueSatisfying(
              margin -> assertThat(margin).isCloseTo((double) scores[0] - scores[1], within(1e-6)));
    }
  }

  @Test
  void shouldCallASmallMarginATie() throws Exception {
    try (Judge judge = judge(Map.of("tie_margin", 1000));
        Judge strict = judge(Map.of())) {
      Verdict verdict = judge.compare(TEXT).get();

      assertThat(verdict).isInstanceOf(Verdict.Tie.class);
      assertThat(verdict.evidence().scoreMargin()).isPresent();
      assertThat(strict.compare(comparison(prompt("red"), "cat", "cat")).get())
          .isInstanceOf(Verdict.Tie.class);
    }
  }

  /** 64 positions. */
  @Test
  void shouldAbstainFromWhatItCannotScore() throws Exception {
    try (Judge judge = judge(Map.of())) {
      assertThat(judge.compare(comparison(prompt("red"), "cat ".repeat(80), "red")).get())
          .isInstanceOfSatisfying(
              Verdict.Abstain.class,
              abstain -> assertThat(abstain.reason()).contains("longer than the model's 64"));
    }
  }

  @Test
  void shouldAbstainFromConversationsWithoutATemplate() throws Exception {
    folder = WordModel.write(scratch.resolve("plain"), Head.SEQUENCE_CLASSIFICATION, false);
    Prompt turns =
        Prompt.newBuilder()
            .setId("p")
            .setMessages(List.of(Message.newBuilder().setRole("user").setContent("red").build()))
            .build();
    try (Judge judge = judge(Map.of())) {
      assertThat(judge.compare(comparison(turns, "cat", "red")).get())
          .isInstanceOfSatisfying(
              Verdict.Abstain.class,
              abstain -> assertThat(abstain.reason()).contains("the model has none"));
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAnOption() {
    assertThatThrownBy(() -> create(Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessage("judge.model: is missing; set it");
    assertThatThrownBy(() -> create(Map.of("model", scratch.resolve("no").toString())))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("judge.model: ")
        .hasMessageContaining("no such folder");
    assertThatThrownBy(() -> judge(Map.of("temperature", 0)))
        .hasMessageContaining("judge.temperature");
    assertThatThrownBy(() -> judge(Map.of("device", "tpu")))
        .hasMessageContaining("judge.device: 'tpu' is not a device");
    assertThatThrownBy(() -> judge(Map.of("batch", 3)))
        .hasMessageStartingWith("judge.batch: no such key; known here: model, temperature, ");
    folder = WordModel.write(scratch.resolve("language"), Head.CAUSAL_LM, true);
    assertThatThrownBy(() -> judge(Map.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("give a reward model, such as dpo reward makes");
  }

  private float[] scores(int[] first, int[] second) {
    try (RewardModel model =
        RewardModel.load(CheckpointFolder.open(folder), new EngineOptions("cpu", "float32", 1))) {
      return model.scores(List.of(first, second));
    }
  }

  private Judge judge(Map<String, ?> options) {
    Map<String, Object> all = new HashMap<>(options);
    all.put("model", folder.toString());
    return create(all);
  }

  private static Judge create(Map<String, ?> options) {
    return Judges.onClassPath().create("reward_model", options, "judge");
  }
}
