package io.dpostream.policy.text;

/**
 * Encodes prompts as token ids. A text is tokenized unchanged, with the special tokens that the
 * tokenizer adds before it; a conversation goes through the chat template once, and the tokenizer
 * then adds nothing, because the template writes its own special tokens. A beginning-of-sequence
 * token therefore never appears twice. Safe for use by several threads.
 */
public final class PromptEncoder {
  private final Tokenizer tokenizer;

  public PromptEncoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Encodes a prompt that is plain text to be continued. */
  public int[] encodeText(String text) {
    boolean hasBos = withoutBos(text).length() < text.length();
    return hasBos ? tokenizer.encode(text, false) : tokenizer.encodeBeginning(text);
  }

  /** A text without the beginning-of-sequence token that it may begin with. */
  public String withoutBos(String text) {
    String bos = tokenizer.specialToken("bos_token").orElse("");
    return text.startsWith(bos) ? text.substring(bos.length()) : text;
  }

  /**
   * Encodes a conversation up to where the assistant's answer begins.
   *
   * @throws ChatTemplateException if the model has no template, or its template rejects the
   *     conversation
   */
  public int[] encodeMessages(Conversation conversation) {
    ChatTemplate template =
        tokenizer
            .chatTemplate()
            .orElseThrow(
                () ->
                    new ChatTemplateException(
                        "chat template: the model has none; give prompts as plain text or add a"
                            + " chat_template.jinja to its folder"));
    return tokenizer.encode(template.render(conversation, true), false);
  }
}
