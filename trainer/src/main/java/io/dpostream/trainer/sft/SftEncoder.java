package io.dpostream.trainer.sft;

import io.dpostream.policy.ChatMessage;
import io.dpostream.policy.ChatTemplate;
import io.dpostream.policy.ChatTemplateException;
import io.dpostream.policy.CheckpointFolder;
import io.dpostream.policy.PromptEncoder;
import io.dpostream.policy.TokenSequence;
import io.dpostream.policy.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Rows as token ids. Prompt and completion are tokenized apart, so that no token crosses their
 * boundary and the prompt's ids are those that sampling uses. A completion ends with an
 * end-of-sequence token and nothing after it.
 */
final class SftEncoder {
  private final Tokenizer tokenizer;
  private final PromptEncoder prompts;
  private final Set<Integer> eosIds;
  private final int[] eos;

  SftEncoder(CheckpointFolder folder, Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.prompts = new PromptEncoder(tokenizer);
    this.eosIds = folder.generationDefaults().eosTokenIds();
    this.eos =
        tokenizer
            .specialToken("eos_token")
            .map(token -> tokenizer.encode(token, false))
            .orElseGet(() -> eosIds.stream().limit(1).mapToInt(id -> id).toArray());
  }

  /**
   * The ids of a row.
   *
   * @throws IllegalArgumentException if prompt or completion is empty
   * @throws ChatTemplateException if the model has no chat template, or its template refuses
   */
  TokenSequence encode(SftRow row) {
    if (row instanceof SftRow.Text text) {
      int[] prompt = prompts.encodeText(text.prompt());
      return new TokenSequence(prompt, ended(tokenizer.encode(text.completion(), false)));
    }
    SftRow.Conversation conversation = (SftRow.Conversation) row;
    int[] prompt = prompts.encodeMessages(conversation.prompt());
    return new TokenSequence(prompt, ended(tokenizer.encode(answer(conversation), false)));
  }

  /** What the template writes after the prompt when the answer is known. */
  private String answer(SftRow.Conversation conversation) {
    ChatTemplate template = tokenizer.chatTemplate().orElseThrow();
    List<ChatMessage> all = new ArrayList<>(conversation.prompt());
    all.addAll(conversation.completion());
    String prompt = template.render(conversation.prompt(), true);
    String whole = template.render(all, false);
    if (!whole.startsWith(prompt)) {
      throw new ChatTemplateException(
          "chat template: an answered conversation does not begin with its prompt; such a template"
              + " cannot be trained with");
    }
    return whole.substring(prompt.length());
  }

  /** Cut after the last end-of-sequence token, or with one added. */
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
