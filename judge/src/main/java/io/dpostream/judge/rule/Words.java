package io.dpostream.judge.rule;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a text into words that can be compared. A number keeps its sign, decimal point and fraction
 * bar, a name its symbols ({@code C++}, {@code .NET}, {@code node.js}, {@code AT&T}). Scripts that
 * write no space between words are cut into characters, each with its marks, so that a word of
 * theirs is found wherever it stands; Korean words are cut off their particles.
 */
final class Words {
  private static final int MOST_DIGITS = 40;

  /** What a number can be written without. */
  private static final Pattern NUMBER_STYLE =
      Pattern.compile(",(?<=\\d,)(?=\\d{3}(?!\\d))|\\p{Sc}(?<=-.)(?=\\d)");

  /** Scripts without spaces between words; a run of Katakana is a word all the same. */
  private static final String UNSPACED =
      "\\p{IsHan}\\p{IsHiragana}\\p{IsThai}\\p{IsLao}\\p{IsKhmer}\\p{IsMyanmar}\\p{IsTai_Le}"
          + "\\p{IsNew_Tai_Lue}\\p{IsTai_Tham}\\p{IsTai_Viet}\\p{IsBalinese}\\p{IsJavanese}\\p{IsYi}";

  private static final String KATAKANA = "\\p{IsKatakana}\u30fc";

  /** A letter or digit of a script with spaces, or a mark on it. */
  private static final String SPACED =
      "[[\\p{L}\\p{N}\\p{M}]&&[^" + UNSPACED + KATAKANA + "\\p{IsHangul}]]";

  /** Thai and Lao write some vowels before and behind the consonant that they belong to. */
  private static final String SYLLABLE =
      "[\u0e40-\u0e44\u0ec0-\u0ec4]?+[\u0e01-\u0e2e\u0e81-\u0eae]\\p{M}*+[\u0e30\u0e32\u0e45\u0eb0\u0eb2]*+";

  /** A letter with its marks; in Khmer and Burmese a letter may be stacked below another. */
  private static final String CLUSTER =
      "[" + UNSPACED + "&&[^\\p{M}\\p{P}\\p{S}]](?:\\p{M}++(?:(?<=[\u17d2\u1039])\\p{L})?+)*+";

  /** Before digits: a sign, which is nothing to be subtracted from, and a decimal point. */
  private static final String BEFORE_DIGITS = "(?:(?=[-.])(?<![\\p{L}\\p{N}).])-?\\.?(?=\\d))?+";

  /** A point as in {@code .NET}: a sentence does not begin there. */
  private static final String BEFORE_NAME =
      "(?:(?<![\\p{L}\\p{N}.)\\]])\\.(?=(?i:net)(?!\\p{L})|\\p{L}(?<!\\p{Lu}(?=\\p{Ll}))))?+";

  /**
   * Between the parts of one word: {@code 2.5}, {@code 1/2}; {@code node.js}, but no sentence that
   * begins without a space; {@code AT&T}; {@code e-mail} and {@code Objective-C}, but not {@code
   * Paris-based}, nor the choice of {@code B-Paris}.
   */
  private static final String INSIDE =
      "(?:(?<=\\d)[./](?=\\d)"
          + "|(?<=\\p{L})\\.(?=\\p{L})(?!\\p{Lu}\\p{Ll})"
          + "|&(?=[\\p{L}\\p{N}]{1,2}(?![\\p{L}\\p{N}]))"
          + "|(?<=(?<![\\p{L}\\p{N}])\\p{L})-(?=\\p{Ll}|(?<![A-D]-)\\p{Lu})"
          + "|(?<=\\p{L}{2})-(?=\\p{Lu}(?![\\p{L}\\p{N}-])))";

  private static final String BEHIND = "(?:(?<=\\p{L})(?:\\+\\+|[+#](?![\\p{L}\\p{N}])))?+";

  private static final Pattern WORD =
      Pattern.compile(
          SYLLABLE
              + "|"
              + CLUSTER
              + "|["
              + KATAKANA
              + "]++|\\p{IsHangul}++|"
              + BEFORE_DIGITS
              + BEFORE_NAME
              + SPACED
              + "++(?:"
              + INSIDE
              + SPACED
              + "++)*+"
              + BEHIND);

  private static final Pattern PARTICLE =
      Pattern.compile(
          "(?<=.)(?:\uc785\ub2c8\ub2e4|\uc774\uc5d0\uc694|\uc608\uc694|\uc774\ub2e4|\uc774\ub77c\uace0|\ub77c\uace0"
              + "|\uc5d0\uc11c|\uc73c\ub85c|\uc5d0\uac8c|\ubd80\ud130|\uae4c\uc9c0|\ucc98\ub7fc|\ubcf4\ub2e4|\uc774\uba70|\uc774\uace0"
              + "|[\uc740\ub294\uc744\ub97c\uc758\uc5d0\uc640\uacfc\ub3c4]|(?<=..)[\uc774\uac00\ub85c\ub9cc])$");

  private Words() {}

  /** The words of a text with one space around each, so that containment respects their borders. */
  static String of(String text) {
    String plain = NUMBER_STYLE.matcher(writtenOut(PlainNotation.of(text))).replaceAll("");
    StringBuilder words = new StringBuilder(" ");
    Matcher word = WORD.matcher(plain);
    while (word.find()) {
      words.append(withoutParticles(folded(word.group()))).append(' ');
    }
    return words.toString();
  }

  /** Numbers with an exponent as the digits that they stand for. */
  private static String writtenOut(String text) {
    Matcher number = WrittenNumber.in(text);
    StringBuilder written = new StringBuilder();
    while (number.find()) {
      if (WrittenNumber.hasExponent(number)) {
        String digits = digits(WrittenNumber.of(number));
        number.appendReplacement(written, Matcher.quoteReplacement(digits));
      }
    }
    return number.appendTail(written).toString();
  }

  private static String digits(WrittenNumber number) {
    return Math.abs(number.value().scale()) <= MOST_DIGITS
        ? number.value().toPlainString()
        : number.value().toString();
  }

  /** Without regard to case, in which one letter may become two; a hyphen in a word is optional. */
  private static String folded(String word) {
    String folded =
        word.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT).replace('\u03c2', '\u03c3');
    return folded.length() > 1 ? folded.charAt(0) + folded.substring(1).replace("-", "") : folded;
  }

  private static String withoutParticles(String word) {
    Matcher particle = PARTICLE.matcher(word);
    return particle.find()
        ? withoutParticles(word.substring(0, particle.start())) + " ~" + particle.group()
        : word;
  }
}
