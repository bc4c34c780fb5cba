package io.dpostream.judge.llm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the verdict out of a judging model's answer, in terms of the order shown.
 *
 * <p>An answer that is a JSON object is read by its {@code verdict} field ({@code A}, {@code B},
 * {@code tie}). Any other is read by its last mark {@code [[A]]}, {@code [[B]]} or {@code [[C]]}:
 * reasoning may name the marks before it decides. What is neither has no verdict; nothing is
 * guessed from prose.
 */
enum Answer {
  /** The answer shown first. */
  A,
  /** The answer shown second. */
  B,
  /** Neither. */
  TIE;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern MARK = Pattern.compile("\\[\\[\\s*([ABC])\\s*\\]\\]");
  private static final Pattern FENCE =
      Pattern.compile("(?s)^\\s*```(?:json)?\\s*(.*?)\\s*```\\s*$");

  static Optional<Answer> parse(String raw) {
    Matcher fence = FENCE.matcher(raw);
    String text = fence.matches() ? fence.group(1) : raw.strip();
    return text.startsWith("{") ? fromJson(text) : fromMark(text);
  }

  private static Optional<Answer> fromJson(String text) {
    try {
      JsonNode verdict = JSON.readTree(text).path("verdict");
      return switch (verdict.asText().strip().toUpperCase(Locale.ROOT)) {
        case "A", "[[A]]" -> Optional.of(A);
        case "B", "[[B]]" -> Optional.of(B);
        case "C", "[[C]]", "TIE" -> Optional.of(TIE);
        default -> Optional.empty();
      };
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Optional<Answer> fromMark(String text) {
    Optional<Answer> last = Optional.empty();
    Matcher mark = MARK.matcher(text);
    while (mark.find()) {
      last =
          Optional.of(
              switch (mark.group(1)) {
                case "A" -> A;
                case "B" -> B;
                default -> TIE;
              });
    }
    return last;
  }
}
