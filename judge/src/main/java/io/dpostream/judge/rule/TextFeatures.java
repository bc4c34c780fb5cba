package io.dpostream.judge.rule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What can be read off a text without a model. Pure functions. */
final class TextFeatures {
  private static final Pattern WORD_BREAK = Pattern.compile("[^\\p{L}\\p{N}'\u2019]+");
  private static final Pattern SENTENCE_BREAK =
      Pattern.compile("(?<![.!?])[.!?]++[\"\u201d')]*+(\\s+|$)");

  private static final Pattern QUOTED =
      Pattern.compile("\"[^\"]*+\"|\u201c[^\u201c\u201d]*+\u201d");
  private static final Pattern LETTER = Pattern.compile("\\p{L}");

  private static final Set<String> HAPPY =
      Set.of(
          "happy",
          "happily",
          "glad",
          "smile",
          "smiled",
          "smiling",
          "laugh",
          "laughed",
          "laughing",
          "fun",
          "love",
          "loved",
          "friend",
          "friends",
          "proud",
          "safe",
          "hug",
          "hugged",
          "joy",
          "thank",
          "thanked",
          "thanks",
          "yay",
          "hooray",
          "best",
          "together",
          "excited",
          "better");

  private static final Set<String> SAD =
      Set.of(
          "sad", "cry", "cried", "crying", "scared", "afraid", "angry", "mad", "hurt", "lost",
          "alone", "broke", "broken", "died", "dead", "sorry", "never", "upset", "mean", "bad");

  /** An ending is this many words long. */
  private static final int ENDING_WORDS = 20;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private TextFeatures() {}

  /** The words of a text, in lower case. */
  static List<String> words(String text) {
    return Arrays.stream(WORD_BREAK.split(text.toLowerCase(Locale.ROOT)))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** How often somebody speaks: closed pairs of quotation marks with a letter between. */
  static int speeches(String text) {
    return (int)
        QUOTED
            .matcher(text)
            .results()
            .filter(quoted -> LETTER.matcher(quoted.group()).find())
            .count();
  }

  /** Mean number of words in a sentence; 0 for a text without words. */
  static double sentenceLength(String text) {
    long sentences =
        Arrays.stream(SENTENCE_BREAK.split(text)).filter(s -> !words(s).isEmpty()).count();
    return sentences == 0 ? 0 : (double) words(text).size() / sentences;
  }

  /** Happy words minus sad words among the last twenty: above 0 is a happy ending. */
  static int endingMood(String text) {
    List<String> words = words(text);
    int mood = 0;
    for (String word : words.subList(Math.max(0, words.size() - ENDING_WORDS), words.size())) {
      mood += HAPPY.contains(word) ? 1 : SAD.contains(word) ? -1 : 0;
    }
    return mood;
  }

  /** Whether the whole text is one JSON value. */
  static boolean isJson(String text) {
    try {
      return !JSON.readTree(text).isMissingNode();
    } catch (JsonProcessingException e) {
      return false;
    }
  }
}
