package io.dpostream.schemas;

import java.util.List;

/**
 * Identifies what a judge saw of a pair: the prompt and the completions, but not who wrote them. A
 * judgment counts only for the content it names.
 */
public final class ContentHash {
  private ContentHash() {}

  /**
   * Returns the SHA-256, in 64 lower-case hexadecimal digits, over the prompt's token ids and then
   * the token ids and text of each completion.
   */
  public static String of(List<Integer> promptTokenIds, Completion first, Completion second) {
    return new Sha256("dpo-stream content 1")
        .put(promptTokenIds)
        .put(first.getTokenIds())
        .put(first.getText())
        .put(second.getTokenIds())
        .put(second.getText())
        .hex(32);
  }
}
