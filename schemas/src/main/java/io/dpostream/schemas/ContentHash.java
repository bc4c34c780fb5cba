package io.dpostream.schemas;

import java.util.List;

/**
 * Names what a judge saw of a pair: prompt and completions, not who wrote them. A judgment counts
 * only for the content it names.
 */
public final class ContentHash {
  private ContentHash() {}

  /**
   * SHA-256, in 64 lower-case hexadecimal digits, over the prompt's token ids and the token ids and
   * text of both completions, in this order.
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
