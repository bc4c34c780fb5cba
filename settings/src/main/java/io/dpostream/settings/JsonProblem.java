package io.dpostream.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.regex.Pattern;

/** What is wrong with a text that is not JSON, in the parser's words. */
public final class JsonProblem {
  private static final Pattern PLACE =
      Pattern.compile("\\s*\\(start marker at \\[Source: .*?; line: (\\d+), column: \\d+]\\)");

  private JsonProblem() {}

  /** One line without the parser's remarks on where it read from, which nobody can act on. */
  public static String of(JsonProcessingException e) {
    String problem = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    return PLACE.matcher(problem).replaceAll(", which began on line $1");
  }
}
