package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/** Implements Python's str operations on characters that are Unicode code points. */
final class PyText {
  /** Characters whose title case is neither their upper case nor its first letter alone. */
  private static final Map<Integer, String> SPECIAL_TITLES = Map.of(0x149, "\u02bcN");

  private static final int LONGEST = 10_000_000;

  private PyText() {}

  /** {@code str.isspace} of one character. */
  static boolean isSpace(int c) {
    return c == ' '
        || (c >= 9 && c <= 13)
        || (c >= 28 && c <= 31)
        || c == 0x85
        || (c > 0x85 && Character.isSpaceChar(c));
  }

  static String stripLeft(String text, IntPredicate dropped) {
    int start = 0;
    while (start < text.length() && dropped.test(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    return text.substring(start);
  }

  static String stripRight(String text, IntPredicate dropped) {
    int end = text.length();
    while (end > 0 && dropped.test(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(0, end);
  }

  static String stripRight(String text) {
    return stripRight(text, PyText::isSpace);
  }

  static String strip(String text) {
    return stripRight(stripLeft(text, PyText::isSpace));
  }

  /** Refuses a text, or a list, that would be too long to hold. */
  static void requireLength(long length) {
    if (length > LONGEST) {
      throw new TemplateException("a text or list is longer than " + LONGEST);
    }
  }

  /** Compares by code points. */
  static int compare(String left, String right) {
    int i = 0;
    int limit = Math.min(left.length(), right.length());
    while (i < limit && left.charAt(i) == right.charAt(i)) {
      i++;
    }
    if (i == limit) {
      return Integer.compare(left.length(), right.length());
    }
    int start = i > 0 && Character.isSurrogatePair(left.charAt(i - 1), left.charAt(i)) ? i - 1 : i;
    return Integer.compare(left.codePointAt(start), right.codePointAt(start));
  }

  /** {@code str.split(None, limit)}: between runs of white space, none at the ends. */
  static List<String> splitOnSpace(String text, int limit) {
    List<String> parts = new ArrayList<>();
    String rest = stripLeft(text, PyText::isSpace);
    while (!rest.isEmpty()) {
      if (limit >= 0 && parts.size() == limit) {
        parts.add(stripRight(rest));
        break;
      }
      int end = 0;
      while (end < rest.length() && !isSpace(rest.codePointAt(end))) {
        end += Character.charCount(rest.codePointAt(end));
      }
      parts.add(rest.substring(0, end));
      rest = stripLeft(rest.substring(end), PyText::isSpace);
    }
    return parts;
  }

  /** {@code str.split(separator, limit)}; a negative limit is none. */
  static List<String> split(String text, String separator, int limit) {
    requireSeparator(separator);
    List<String> parts = new ArrayList<>();
    int from = 0;
    int at = text.indexOf(separator);
    while (at >= 0 && (limit < 0 || parts.size() < limit)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
      at = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** {@code str.rsplit(separator, limit)}. */
  static List<String> splitFromRight(String text, String separator, int limit) {
    requireSeparator(separator);
    List<String> parts = new ArrayList<>();
    int to = text.length();
    while (limit < 0 || parts.size() < limit) {
      int at = to < separator.length() ? -1 : text.lastIndexOf(separator, to - separator.length());
      if (at < 0) {
        break;
      }
      parts.add(0, text.substring(at + separator.length(), to));
      to = at;
    }
    parts.add(0, text.substring(0, to));
    return parts;
  }

  private static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw new TemplateException("empty separator");
    }
  }

  /** {@code str.splitlines(keepends)}. */
  static List<String> lines(String text, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (!isLineEnd(c)) {
        i++;
        continue;
      }
      int end = c == '\r' && text.startsWith("\n", i + 1) ? i + 2 : i + 1;
      lines.add(text.substring(from, keepEnds ? end : i));
      from = end;
      i = end;
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** {@code str.replace(old, new, limit)}; a negative limit is none. */
  static String replace(String text, String old, String replacement, int limit) {
    requireLength(text.length() + (long) occurrences(text, old) * replacement.length());
    if (limit < 0 && !old.isEmpty()) {
      return text.replace(old, replacement);
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    for (int done = 0; limit < 0 || done < limit; done++) {
      int at = old.isEmpty() ? next(text, from, done) : text.indexOf(old, from);
      if (at < 0) {
        break;
      }
      out.append(text, from, at).append(replacement);
      from = at + old.length();
    }
    return out.append(text.substring(from)).toString();
  }

  private static int occurrences(String text, String old) {
    if (old.isEmpty()) {
      return text.length() + 1;
    }
    int found = 0;
    for (int at = text.indexOf(old); at >= 0; at = text.indexOf(old, at + old.length())) {
      found++;
    }
    return found;
  }

  private static int next(String text, int from, int done) {
    if (done == 0) {
      return 0;
    }
    return from < text.length() ? from + Character.charCount(text.codePointAt(from)) : -1;
  }

  static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** {@code str.capitalize}. */
  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = Character.charCount(text.codePointAt(0));
    return titleCase(text.codePointAt(0)) + lower(text.substring(first));
  }

  /** {@code str.title}: every run of letters begins with a capital. */
  static String title(String text) {
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < text.length()) {
      int start = i;
      while (i < text.length() && isCased(text.codePointAt(i))) {
        i += Character.charCount(text.codePointAt(i));
      }
      if (i > start) {
        int first = text.codePointAt(start);
        String lower = lower(text.substring(start, i));
        out.append(titleCase(first))
            .append(lower.substring(lower(Character.toString(first)).length()));
      } else {
        out.appendCodePoint(text.codePointAt(i));
        i += Character.charCount(text.codePointAt(i));
      }
    }
    return out.toString();
  }

  private static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  private static String titleCase(int c) {
    String upper = upper(Character.toString(c));
    boolean expands = upper.codePointCount(0, upper.length()) > 1;
    return expands
        ? SPECIAL_TITLES.getOrDefault(c, upper.charAt(0) + lower(upper.substring(1)))
        : Character.toString(Character.toTitleCase(c));
  }
}
