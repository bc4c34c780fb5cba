package io.dpostream.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a text that is not JSON, in the parser's words. */
public final class JsonProblem {
  private static final Pattern PLACE =
      Pattern.compile("\\s*\\(start marker at \\[Source: .*?; line: (\\d+), column: \\d+]\\)");

  private static final Pattern SETTING =
      Pattern.compile(", from `StreamReadConstraints\\.\\w+\\(\\)`");

  private JsonProblem() {}

  /** One line without the parser's remarks on itself and its source, which nobody can act on. */
  public static String of(JsonProcessingException e) {
    String problem = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    return SETTING
        .matcher(PLACE.matcher(problem).replaceAll(", which began on line $1"))
        .replaceAll("");
  }
}
