package io.dpostream.judge;

import io.dpostream.schemas.Completion;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.ContentHash;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.SamplingParameters;
import java.time.Instant;
import java.util.List;

/** Pairs and comparisons for tests. */
public final class Examples {
  private Examples() {}

  /** A prompt without a reference answer. */
  public static Prompt prompt(String text, String... tags) {
    return Prompt.newBuilder().setId("prompt").setText(text).setTags(List.of(tags)).build();
  }

  /** A prompt with a reference answer. */
  public static Prompt question(String text, String answer, String... tags) {
    return Prompt.newBuilder(prompt(text, tags)).setReferenceAnswer(answer).build();
  }

  /** A completion whose token ids are its characters. */
  public static Completion completion(String text) {
    return Completion.newBuilder()
        .setText(text)
        .setTokenIds(text.chars().boxed().toList())
        .setFinishReason(FinishReason.STOP)
        .build();
  }

  /** A pair of completions of a prompt. */
  public static CompletionPair pair(String pairId, Prompt prompt, String first, String second) {
    List<Integer> promptIds = List.of(1, 2, 3);
    return CompletionPair.newBuilder()
        .setPairId(pairId)
        .setRunId("run")
        .setPrompt(prompt)
        .setPromptPartition(0)
        .setPromptOffset(0)
        .setPromptTokenIds(promptIds)
        .setGroupId(pairId)
        .setSampleIndex(0)
        .setFirst(completion(first))
        .setSecond(completion(second))
        .setPolicyVersion(3)
        .setPolicySha256("ab".repeat(32))
        .setSampling(SamplingParameters.newBuilder().setTemperature(1).setMaxNewTokens(16).build())
        .setSeed(1)
        .setContentHash(ContentHash.of(promptIds, completion(first), completion(second)))
        .setCreatedAt(Instant.EPOCH)
        .build();
  }

  /** What a judge sees of such a pair. */
  public static Comparison comparison(Prompt prompt, String first, String second) {
    return Comparison.of(pair("pair", prompt, first, second));
  }
}
