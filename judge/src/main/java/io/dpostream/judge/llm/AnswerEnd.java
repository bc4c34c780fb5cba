package io.dpostream.judge.llm;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How a model's answer ended. OpenAI names it by {@code finish_reason}; servers behind the same
 * interface have names of their own for it ({@code eos}, {@code end_turn}, {@code MAX_TOKENS}), so
 * names are told apart by the words in them.
 */
enum AnswerEnd {
  /** By itself. */
  WHOLE,
  /** At a limit or by a filter: what stands last in it is no verdict. */
  CUT,
  /** By a fault of the endpoint: the same question may be answered later. */
  BROKEN,
  /**
   * By a name that says nothing to us. An answer that ends with a verdict is whole all the same.
   */
  UNKNOWN;

  private static final Pattern AT_A_LIMIT =
      Pattern.compile(
          "length|max|limit|truncat|exceed|window|budget|\\bcut|incomplete|partial"
              + "|filter|safety|recitation|blocklist|blocked|prohibit|spii|refus|guardrail|moderat"
              + "|policy|sensitive|harm|violat|denied|flagged|toxic|other|malformed|language");

  private static final Pattern BY_A_FAULT =
      Pattern.compile(
          "error|fail|abort|cancel|time ?out|timed|interrupt|insufficient|overload|unload|shutdown"
              + "|preempt|disconnect");

  private static final Pattern BY_ITSELF =
      Pattern.compile("stop|eos|eot|eom|end|complete|finish|done|success|normal|natural|^ ?s ?$");

  /** The end that an endpoint names; one that it does not name was the model's own. */
  static AnswerEnd of(String name) {
    String words = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", " ");
    if (name.isBlank()) {
      return WHOLE;
    }
    if (AT_A_LIMIT.matcher(words).find()) {
      return CUT;
    }
    if (BY_A_FAULT.matcher(words).find()) {
      return BROKEN;
    }
    return BY_ITSELF.matcher(words).find() ? WHOLE : UNKNOWN;
  }
}
