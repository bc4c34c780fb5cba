package io.dpostream.policy.text;

import java.util.Arrays;
import java.util.List;

/**
 * Encodes prompts with their answers as TRL's trainers do. Prompt and answer are tokenized as one
 * text, and so is the prompt alone: an answer is what follows the ids that the two have in common,
 * for several answers those that all of them have in common with the prompt. So an answer's ids are
 * those of the text as it stands, also where a token reaches across the boundary or a space is
 * written once.
 *
 * <p>An answer that is text ends with the tokenizer's end-of-sequence token, which is added unless
 * the text ends with it. Turns end as the chat template ends them; whatever it writes after the
 * last of them belongs to the answer. Safe for use by several threads.
 */
public final class AnswerEncoder {
  private final Tokenizer tokenizer;
  private final PromptEncoder prompts;

  /**
   * @param tokenizer of the model; stays the caller's
   */
  public AnswerEncoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.prompts = new PromptEncoder(tokenizer);
  }

  /**
   * Encodes a text and its continuation.
   *
   * @throws IllegalArgumentException as for several continuations
   */
  public TokenSequence encodeText(String prompt, String completion) {
    return encodeTexts(prompt, List.of(completion)).sequence(0);
  }

  /**
   * Encodes a text and continuations of it.
   *
   * @throws IllegalArgumentException if the prompt has no tokens of its own, or the tokenizer has
   *     no end-of-sequence token
   */
  public EncodedAnswers encodeTexts(String prompt, List<String> completions) {
    List<int[]> wholes =
        completions.stream().map(completion -> whole(prompt, ended(completion))).toList();
    return split(prompts.encodeText(prompt), wholes);
  }

  /**
   * Encodes a conversation and the turns that answer it.
   *
   * @throws ChatTemplateException if the model has no chat template, or its template rejects the
   *     conversation
   * @throws IllegalArgumentException as for several answers
   */
  public TokenSequence encodeMessages(Conversation prompt, List<ChatMessage> answer) {
    return encodeTurns(prompt, List.of(answer)).sequence(0);
  }

  /**
   * Encodes a conversation and several answers to it, each of one or more turns.
   *
   * @throws ChatTemplateException if the model has no chat template, or its template rejects the
   *     conversation
   * @throws IllegalArgumentException if the template writes nothing for an answer, or nothing that
   *     all answers have before them
   */
  public EncodedAnswers encodeTurns(Conversation prompt, List<List<ChatMessage>> answers) {
    int[] alone = prompts.encodeMessages(prompt);
    ChatTemplate template = tokenizer.chatTemplate().orElseThrow();
    List<int[]> wholes =
        answers.stream()
            .map(answer -> template.render(prompt.with(answer), false))
            .map(text -> tokenizer.encode(text, false))
            .toList();
    return split(alone, wholes);
  }

  private int[] whole(String prompt, String completion) {
    String bos = tokenizer.specialToken("bos_token").orElse("");
    boolean hasBos = !bos.isEmpty() && prompt.startsWith(bos);
    return tokenizer.encode(prompt + completion, !hasBos);
  }

  private String ended(String completion) {
    String eos =
        tokenizer
            .specialToken("eos_token")
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the tokenizer has no eos_token to end an answer with; name it in"
                            + " tokenizer_config.json"));
    return completion.endsWith(eos) ? completion : completion + eos;
  }

  private static EncodedAnswers split(int[] alone, List<int[]> wholes) {
    int common = wholes.stream().mapToInt(whole -> common(alone, whole)).min().orElseThrow();
    return new EncodedAnswers(
        Arrays.copyOf(alone, common),
        wholes.stream().map(whole -> Arrays.copyOfRange(whole, common, whole.length)).toList(),
        alone.length - common);
  }

  private static int common(int[] one, int[] other) {
    int difference = Arrays.mismatch(one, other);
    return difference < 0 ? one.length : difference;
  }
}
