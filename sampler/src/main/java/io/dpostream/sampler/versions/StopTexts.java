package io.dpostream.sampler.versions;

import io.dpostream.policy.model.TextStop;
import io.dpostream.policy.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Ends a completion at a token that completes one of some texts. */
final class StopTexts implements TextStop {
  /** Characters that are divided among tokens need the ones before to be decoded. */
  private static final int BEFORE = 8;

  private final Tokenizer tokenizer;
  private final List<String> texts;
  private final int window;

  StopTexts(Tokenizer tokenizer, List<String> texts) {
    this.tokenizer = tokenizer;
    this.texts = texts;
    int longest =
        texts.stream()
            .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
            .max()
            .orElse(0);
    this.window = longest + BEFORE; // a token writes a byte at least, but for special ones
  }

  @Override
  public boolean endsAt(int[] prompt, int[] tokens) {
    int from = Math.max(0, tokens.length - window);
    int[] before = from == 0 ? prompt : Arrays.copyOf(tokens, from);
    int[] context = Arrays.copyOfRange(before, Math.max(0, before.length - BEFORE), before.length);
    int[] last = Arrays.copyOfRange(tokens, from, tokens.length);
    String text = tokenizer.decodeAfter(context, last);
    if (texts.stream().noneMatch(text::contains)) {
      return false;
    }
    String without = tokenizer.decodeAfter(context, Arrays.copyOf(last, last.length - 1));
    return texts.stream().anyMatch(stop -> isNew(stop, text, without));
  }

  /** Whether the text has the stop text where the text without its last token has not. */
  private static boolean isNew(String stop, String text, String without) {
    int at = text.lastIndexOf(stop);
    return at >= 0 && !without.startsWith(stop, at);
  }
}
