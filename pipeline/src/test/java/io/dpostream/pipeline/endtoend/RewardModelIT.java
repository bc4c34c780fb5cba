package io.dpostream.pipeline.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.pipeline.cli.Dpo;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.lineage.Lineage;
import io.dpostream.pipeline.lineage.Lineage.Trained;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.RewardModel;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.ChatMessage;
import io.dpostream.policy.text.Conversation;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.StepTaken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reward model from preferences, and its margins from the judgment to the loss. */
class RewardModelIT {
  private static final Path TINY = Path.of("src/main/resources/tiny/model");
  private static final int BATCH = 8;

  @Test
  void shouldCarryTheMarginOfATrainedRewardModelIntoTheLoss(@TempDir Path folder)
      throws IOException {
    Path reward = train(folder);
    Path run = folder.resolve("run");

    Dpo result =
        Dpo.run(
            "quickstart",
            "--dir",
            run.toString(),
            "--steps",
            "2",
            "--set",
            "judge.judges=[{id: scores, type: reward_model, temperature: 0.5, model: "
                + reward
                + "}]",
            "--set",
            "trainer.loss_type=[rpo_sq]",
            "--set",
            "trainer.rpo_scale=1.5",
            "--set",
            "trainer.per_device_train_batch_size=" + BATCH,
            "--set",
            "evaluation.min_decided=20");

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    Map<String, Judgment> judgments = new HashMap<>();
    Lineage lineage = read(run, judgments);
    StepTaken first = lineage.steps().get(0);
    List<Trained> trained = lineage.trained(first);
    assertThat(trained).hasSize(BATCH);
    assertThat(first.getSkipped()).isEmpty();

    double squares = 0;
    for (Trained one : trained) {
      Preference preference = one.preference();
      double margin = margin(reward, preference);
      Judgment judgment = judgments.get(preference.getPairId());
      assertThat(judgment.getJudgeKind()).isEqualTo(JudgeKind.REWARD_MODEL);
      assertThat(Math.abs(judgment.getScoreMargin().orElseThrow())).isCloseTo(margin, within(1e-5));
      assertThat(preference.getRewardMargin().orElseThrow()).isCloseTo(margin, within(1e-5));
      // Bradley and Terry at temperature 0.5
      assertThat(preference.getProbability())
          .isCloseTo(1 / (1 + Math.exp(-margin / 0.5)), within(1e-5));
      squares += preference.getRewardMargin().orElseThrow() * preference.getRewardMargin().get();
    }
    // At the first step policy and reference are the same model: h = 0, and what is left of
    // (beta h - 1.5 margin)^2 is the margin's part.
    assertThat(first.getLoss()).isCloseTo(1.5 * 1.5 * squares / BATCH, within(1e-4 * squares));

    Dpo next = reward(folder.resolve("next"), "--dir", run.toString());
    assertThat(next.err()).isEmpty();
    assertThat(next.code()).isZero();
    assertThat(next.out()).contains("held out: accuracy").contains("sha256 ");
  }

  /** Right answers to sums before wrong ones; a file gives the same model every time. */
  private static Path train(Path folder) throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(
          """
          {"prompt": [{"role": "user", "content": "How much is %d plus %d?"}], "chosen": [{"role": "assistant", "content": "%d."}], "rejected": [{"role": "assistant", "content": "Well, it is %d."}]}"""
              .formatted(i % 8, i / 8, i % 8 + i / 8, i + 1));
    }
    Path file = Files.write(folder.resolve("preferences.jsonl"), rows);
    Dpo first = reward(folder.resolve("reward"), "--preferences", file.toString());
    Dpo second = reward(folder.resolve("again"), "--preferences", file.toString());

    assertThat(first.err()).isEmpty();
    assertThat(first.code()).isZero();
    assertThat(first.out()).startsWith("36 pairs to train on, 4 held out, 0 too long\n");
    assertThat(hash(first)).hasSize(64).isEqualTo(hash(second));
    assertThat(folder.resolve("again/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("reward/model.safetensors"));
    return folder.resolve("reward");
  }

  private static Dpo reward(Path out, String... source) {
    List<String> args = new ArrayList<>(List.of("reward", "--model", TINY.toString()));
    args.addAll(List.of(source));
    args.addAll(List.of("--out", out.toString(), "--set", "reward.num_train_epochs=2"));
    return Dpo.run(args.toArray(String[]::new));
  }

  private static String hash(Dpo result) {
    return result
        .out()
        .lines()
        .filter(l -> l.startsWith("sha256 "))
        .findFirst()
        .orElse("")
        .substring(7);
  }

  private static Lineage read(Path run, Map<String, Judgment> judgments) {
    RunFolder folder = new RunFolder(run);
    Settings settings = Settings.reader().file(folder.settings()).read();
    try (KafkaAccess kafka = KafkaAccess.open(settings, folder)) {
      new TopicScan(kafka.settings())
          .read(
              kafka.settings().topics().judgments(),
              at -> judgments.put(at.value().getPairId(), at.value()));
      return Lineage.read(settings.run().id(), kafka.settings());
    }
  }

  /** Score of chosen minus score of rejected, by the model itself. */
  private static double margin(Path reward, Preference preference) {
    CheckpointFolder folder = CheckpointFolder.open(reward);
    try (Tokenizer tokenizer = folder.tokenizer();
        RewardModel model = RewardModel.load(folder, EngineOptions.cpu())) {
      AnswerEncoder encoder = new AnswerEncoder(tokenizer);
      float[] scores =
          model.scores(
              List.of(
                  ids(encoder, preference, preference.getChosen().getText()),
                  ids(encoder, preference, preference.getRejected().getText())));
      return scores[0] - scores[1];
    }
  }

  private static int[] ids(AnswerEncoder encoder, Preference preference, String answer) {
    TokenSequence sequence =
        encoder.encodeMessages(
            new Conversation(
                preference.getPrompt().getMessages().stream()
                    .map(m -> new ChatMessage(m.getRole(), m.getContent()))
                    .toList()),
            List.of(new ChatMessage("assistant", answer)));
    return IntStream.concat(IntStream.of(sequence.prompt()), IntStream.of(sequence.completion()))
        .toArray();
  }
}
