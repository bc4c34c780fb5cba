package io.dpostream.policy.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the source of a TorchScript program and substitutes numbers for the names in capitals that
 * Java defines. TorchScript has no constants other than a class's attributes.
 */
public final class ProgramSource {
  private static final Pattern NAME_OR_COMMENT = Pattern.compile("#.*|\\b[A-Z][A-Z0-9_]+\\b");

  private ProgramSource() {}

  /** Reads the class path resource {@code torchscript/NAME.py}. */
  public static String read(String name) {
    String resource = "torchscript/" + name + ".py";
    try (InputStream in = ProgramSource.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource + " on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Replaces names with numbers; comments stay unchanged.
   *
   * @throws IllegalArgumentException if the source has a name in capitals without a number, or does
   *     not use one of the names
   */
  public static String withConstants(String source, Map<String, Integer> constants) {
    Set<String> unused = new HashSet<>(constants.keySet());
    String filled =
        NAME_OR_COMMENT
            .matcher(source)
            .replaceAll(match -> Matcher.quoteReplacement(value(match.group(), constants, unused)));
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException("the program does not use " + unused);
    }
    return filled;
  }

  private static String value(String name, Map<String, Integer> constants, Set<String> unused) {
    if (name.startsWith("#")) {
      return name;
    }
    Integer value = constants.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the program uses " + name + ", which has no number");
    }
    unused.remove(name);
    return value.toString();
  }
}
