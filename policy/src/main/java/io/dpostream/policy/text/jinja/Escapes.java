package io.dpostream.policy.text.jinja;

/** Decodes the escape sequences of Python's string literals. */
final class Escapes {
  private Escapes() {}

  /** Decodes the body of a literal; unknown escapes stay unchanged. */
  static String decoded(String body, int line) {
    if (body.indexOf('\\') < 0) {
      return body;
    }
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < body.length()) {
      char c = body.charAt(i++);
      if (c != '\\' || i == body.length()) {
        text.append(c);
        continue;
      }
      char escape = body.charAt(i++);
      switch (escape) {
        case '\n' -> {}
        case '\\', '\'', '"' -> text.append(escape);
        case 'a' -> text.append('\u0007');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'v' -> text.append('\u000b');
        case 'x' -> i = hex(body, i, 2, text, line);
        case 'u' -> i = hex(body, i, 4, text, line);
        case 'U' -> i = hex(body, i, 8, text, line);
        case 'N' -> throw TemplateException.unsupported("the escape \\N").at(line);
        default -> {
          if (escape >= '0' && escape <= '7') {
            i = octal(body, i - 1, text);
          } else {
            text.append('\\').append(escape);
          }
        }
      }
    }
    return text.toString();
  }

  private static int hex(String body, int from, int digits, StringBuilder text, int line) {
    int end = from + digits;
    if (end > body.length() || !body.substring(from, end).matches("[0-9a-fA-F]+")) {
      throw new TemplateException("a string has a truncated \\ escape", line);
    }
    text.appendCodePoint(Integer.parseUnsignedInt(body.substring(from, end), 16));
    return end;
  }

  private static int octal(String body, int from, StringBuilder text) {
    int end = from;
    while (end < body.length()
        && end < from + 3
        && body.charAt(end) >= '0'
        && body.charAt(end) <= '7') {
      end++;
    }
    text.appendCodePoint(Integer.parseInt(body.substring(from, end), 8));
    return end;
  }
}
