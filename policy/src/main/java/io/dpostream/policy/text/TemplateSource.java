package io.dpostream.policy.text;

import com.hubspot.jinjava.interpret.Context;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What Python's Jinja does with a template's source and Jinjava does not. */
final class TemplateSource {
  private static final Pattern TAG = Pattern.compile("\\{[{%].*?[%}]\\}", Pattern.DOTALL);
  private static final Pattern LITERAL =
      Pattern.compile("'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"", Pattern.DOTALL);
  private static final Pattern FILTER = Pattern.compile("\\|\\s*(\\w+)");
  private static final Pattern TEST = Pattern.compile("\\bis\\s+(?:not\\s+)?(\\w+)");

  private TemplateSource() {}

  /**
   * The source with plain newlines and without the last one, which Jinjava would take from the end
   * of the output.
   */
  static String normalized(String source) {
    String plain = source.replace("\r\n", "\n").replace('\r', '\n');
    return plain.endsWith("\n") ? plain.substring(0, plain.length() - 1) : plain;
  }

  /** A filter or a test that the source uses and Jinjava lacks, where it would go on silently. */
  static Optional<String> unknownName(String source, Context context) {
    List<String> expressions =
        TAG.matcher(source)
            .results()
            .map(tag -> LITERAL.matcher(tag.group()).replaceAll("''"))
            .toList();
    Stream<String> filters =
        names(FILTER, expressions)
            .filter(name -> context.getFilter(name) == null)
            .map(name -> "filter " + name);
    Stream<String> tests =
        names(TEST, expressions)
            .filter(name -> context.getExpTest(name) == null)
            .map(name -> "test " + name);
    return Stream.concat(filters, tests).findFirst();
  }

  private static Stream<String> names(Pattern pattern, List<String> expressions) {
    return expressions.stream()
        .flatMap(expression -> pattern.matcher(expression).results())
        .map(match -> match.group(1));
  }
}
