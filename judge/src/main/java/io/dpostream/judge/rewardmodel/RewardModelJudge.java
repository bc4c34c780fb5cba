package io.dpostream.judge.rewardmodel;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.policy.model.RewardModel;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.ChatJson;
import io.dpostream.policy.text.ChatMessage;
import io.dpostream.policy.text.ChatTemplateException;
import io.dpostream.policy.text.Conversation;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Prompt;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Scores both completions, one pair at a time in a thread of its own, and compares the scores. A
 * pair's scores depend on the pair alone. The texts are tokenized by the reward model's own
 * tokenizer, which need not be the policy's.
 */
final class RewardModelJudge implements Judge {
  private static final long CLOSE_TIMEOUT_S = 30;

  private final RewardModel model;
  private final Tokenizer tokenizer;
  private final AnswerEncoder encoder;
  private final ScoreComparison reading;
  private final String version;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "reward-model");
            thread.setDaemon(true);
            return thread;
          });

  /** Takes over the model and the tokenizer, which {@link #close} frees. */
  RewardModelJudge(
      RewardModel model,
      Tokenizer tokenizer,
      AnswerEncoder encoder,
      ScoreComparison reading,
      String version) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.encoder = encoder;
    this.reading = reading;
    this.version = version;
  }

  @Override
  public JudgeKind kind() {
    return JudgeKind.REWARD_MODEL;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public CompletableFuture<Verdict> compare(Comparison comparison) {
    return CompletableFuture.supplyAsync(() -> judge(comparison), thread);
  }

  private Verdict judge(Comparison comparison) {
    float[] scores;
    try {
      scores = scores(ids(comparison, Side.FIRST), ids(comparison, Side.SECOND));
    } catch (IllegalArgumentException | ChatTemplateException e) {
      return new Verdict.Abstain("the reward model cannot score this: " + e.getMessage());
    }
    return reading.verdict(scores[0], scores[1]);
  }

  /** Equal sequences have one score, though rows of a batch may round differently. */
  private float[] scores(int[] first, int[] second) {
    if (Arrays.equals(first, second)) {
      float score = model.scores(List.of(first))[0];
      return new float[] {score, score};
    }
    return model.scores(List.of(first, second));
  }

  /** Prompt and completion in one. */
  private int[] ids(Comparison comparison, Side side) {
    String answer = comparison.text(side);
    TokenSequence sequence =
        comparison
            .prompt()
            .getText()
            .map(prompt -> encoder.encodeText(prompt, answer))
            .orElseGet(
                () ->
                    encoder.encodeMessages(
                        conversation(comparison.prompt()),
                        List.of(new ChatMessage("assistant", answer))));
    return IntStream.concat(IntStream.of(sequence.prompt()), IntStream.of(sequence.completion()))
        .toArray();
  }

  private static Conversation conversation(Prompt prompt) {
    return new Conversation(
        prompt.getMessages().stream()
            .map(m -> ChatJson.message(m.getRole(), m.getContent(), m.getFields()))
            .toList(),
        ChatJson.variables(prompt.getTemplateInputs()));
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (thread.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
        model.close();
        tokenizer.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
