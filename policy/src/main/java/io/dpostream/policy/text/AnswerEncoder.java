package io.dpostream.policy.text;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Encodes answered prompts as token ids. Prompt and completion are tokenized apart, so that no
 * token crosses their boundary and the prompt's ids are those that sampling uses. A completion ends
 * with an end-of-sequence token and nothing after it. Safe for use by several threads.
 */
public final class AnswerEncoder {
  private final Tokenizer tokenizer;
  private final PromptEncoder prompts;
  private final Set<Integer> eosIds;
  private final int[] eos;

  /**
   * @param tokenizer of the model; stays the caller's
   * @param defaults what ends the model's completions
   */
  public AnswerEncoder(Tokenizer tokenizer, GenerationDefaults defaults) {
    this.tokenizer = tokenizer;
    this.prompts = new PromptEncoder(tokenizer);
    this.eosIds = defaults.eosTokenIds();
    this.eos =
        tokenizer
            .specialToken("eos_token")
            .map(token -> tokenizer.encode(token, false))
            .orElseGet(() -> eosIds.stream().limit(1).mapToInt(id -> id).toArray());
  }

  /**
   * Encodes a text and its continuation.
   *
   * @throws IllegalArgumentException if prompt or completion has no tokens
   */
  public TokenSequence encodeText(String prompt, String completion) {
    return new TokenSequence(
        prompts.encodeText(prompt), ended(tokenizer.encode(completion, false)));
  }

  /**
   * Encodes a conversation and the turns that answer it.
   *
   * @throws ChatTemplateException if the model has no chat template, or its template rejects the
   *     conversation
   */
  public TokenSequence encodeMessages(List<ChatMessage> prompt, List<ChatMessage> answer) {
    int[] ids = prompts.encodeMessages(prompt);
    return new TokenSequence(ids, ended(tokenizer.encode(written(prompt, answer), false)));
  }

  /** The text that the template writes after the prompt when the answer is known. */
  private String written(List<ChatMessage> prompt, List<ChatMessage> answer) {
    ChatTemplate template = tokenizer.chatTemplate().orElseThrow();
    String before = template.render(prompt, true);
    List<ChatMessage> all = Stream.concat(prompt.stream(), answer.stream()).toList();
    String whole = template.render(all, false);
    if (!whole.startsWith(before)) {
      throw new ChatTemplateException(
          "chat template: an answered conversation does not begin with its prompt; such a template"
              + " cannot be trained with");
    }
    return whole.substring(before.length());
  }

  /** Truncates after the last end-of-sequence token, or adds one. */
  private int[] ended(int[] ids) {
    for (int end = ids.length; end > 0; end--) {
      if (eosIds.contains(ids[end - 1])) {
        return Arrays.copyOf(ids, end);
      }
    }
    int[] ended = Arrays.copyOf(ids, ids.length + eos.length);
    System.arraycopy(eos, 0, ended, ids.length, eos.length);
    return ended;
  }
}
