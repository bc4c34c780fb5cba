package io.dpostream.judge.llm;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the verdict out of a judging model's answer, in terms of the order shown.
 *
 * <p>The verdict is what the answer ends with, in the format that was asked for; what stands before
 * it is reasoning and may name any verdict. Nothing else is read and nothing is guessed, because a
 * completion can make the model quote a verdict.
 *
 * <ul>
 *   <li>JSON: the object that the answer ends with, in a fence or not, by its field {@code verdict}
 *       ({@code A}, {@code B}, {@code tie}). Models write line breaks and backslashes into strings
 *       as they are, most often in formulas; neither makes another object of it.
 *   <li>Text: the mark {@code [[A]]}, {@code [[B]]} or {@code [[C]]} that the last line ends with.
 *       There it stands alone, or follows the end of a sentence, a colon or "verdict is".
 * </ul>
 */
enum VerdictParser {
  /** The answer shown first. */
  A,
  /** The answer shown second. */
  B,
  /** Neither. */
  TIE;

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .build();

  private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u(?![0-9a-fA-F]{4})|.)");
  private static final String THOUGHT = "<think>";
  private static final String THOUGHT_END = "</think>";
  private static final String FENCE = "```";
  private static final Pattern MARK_AT_END =
      Pattern.compile("(.*)\\[\\[\\s*+([ABC])\\s*+]][\\s.!*_`~\"']*+");
  private static final Pattern BEFORE_MARK =
      Pattern.compile("(?i)[^\\p{L}\\p{N}]*+|.*([.:!?]|verdict is)[\\s*_`~\"']*");

  static Optional<VerdictParser> parse(String raw, AnswerFormat asked) {
    String text = withoutThought(raw.strip());
    return asked == AnswerFormat.TEXT ? fromMark(text) : fromJson(text);
  }

  /** The opening tag is often part of the model's chat template and not of its answer. */
  private static String withoutThought(String text) {
    int end = text.startsWith("{") ? -1 : text.indexOf(THOUGHT_END);
    if (end >= 0) {
      return text.substring(end + THOUGHT_END.length());
    }
    return text.startsWith(THOUGHT) ? "" : text;
  }

  private static Optional<VerdictParser> fromJson(String text) {
    String stripped = withoutStrayEscapes(text.strip());
    char[] chars =
        stripped.endsWith(FENCE)
            ? stripped.substring(0, stripped.length() - FENCE.length()).toCharArray()
            : stripped.toCharArray();
    for (int at = 0; at < chars.length; at++) {
      if (chars[at] == '{') {
        Optional<JsonNode> object = objectFrom(chars, at);
        if (object.isPresent()) {
          return verdictOf(object.get());
        }
      }
    }
    return Optional.empty();
  }

  /** {@code \\underline} in a string, say, begins no escape of a character by its code. */
  private static String withoutStrayEscapes(String json) {
    return json.contains("\\u")
        ? ESCAPE
            .matcher(json)
            .replaceAll(
                m -> Matcher.quoteReplacement(m.group().equals("\\u") ? "\\\\u" : m.group()))
        : json;
  }

  /** The field may be written in any case; two of them contradict each other. */
  private static Optional<VerdictParser> verdictOf(JsonNode object) {
    List<JsonNode> verdicts =
        object.properties().stream()
            .filter(field -> field.getKey().strip().equalsIgnoreCase("verdict"))
            .map(Map.Entry::getValue)
            .toList();
    return verdicts.size() == 1 ? named(verdicts.get(0).asText()) : Optional.empty();
  }

  /** The object that begins here, if it ends where the text does. */
  private static Optional<JsonNode> objectFrom(char[] chars, int at) {
    try (JsonParser parser = JSON.createParser(chars, at, chars.length - at)) {
      JsonNode object = JSON.readTree(parser);
      return parser.nextToken() == null ? Optional.of(object) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<VerdictParser> fromMark(String text) {
    String lastLine = text.stripTrailing().lines().reduce("", (before, line) -> line);
    Matcher mark = MARK_AT_END.matcher(lastLine);
    return mark.matches() && BEFORE_MARK.matcher(mark.group(1)).matches()
        ? named(mark.group(2))
        : Optional.empty();
  }

  private static Optional<VerdictParser> named(String verdict) {
    return switch (verdict.strip().toUpperCase(Locale.ROOT)) {
      case "A", "[[A]]", "ANSWER A" -> Optional.of(A);
      case "B", "[[B]]", "ANSWER B" -> Optional.of(B);
      case "C", "[[C]]", "TIE" -> Optional.of(TIE);
      default -> Optional.empty();
    };
  }
}
