package io.dpostream.policy.text.jinja;

import io.dpostream.policy.text.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens. White space follows {@code trim_blocks} (the newline after a block
 * or comment is dropped) and {@code lstrip_blocks} (blanks between the start of a line and a block
 * or comment are dropped); a {@code -} beside a delimiter strips all white space there, a {@code +}
 * keeps it. One trailing newline of the template is dropped.
 */
final class Lexer {
  private static final int CLASS_FLAGS = Pattern.DOTALL | Pattern.UNICODE_CHARACTER_CLASS;
  private static final Pattern OPENING = Pattern.compile("\\{([{%#])([-+]?)");
  private static final Pattern RAW =
      Pattern.compile("\\{%([-+]?)\\s*raw\\s*(?:(-)%\\}|%\\})", CLASS_FLAGS);
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}|%\\}\\n?)", CLASS_FLAGS);
  private static final Pattern END_COMMENT = Pattern.compile("(\\+#\\}|-#\\}|#\\}\\n?)");
  private static final Pattern FLOAT =
      Pattern.compile("(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile("0[bB](_?[01])+|0[oO](_?[0-7])+|0[xX](_?[\\da-fA-F])+|[1-9](_?\\d)*|0(_?0)*");
  private static final Pattern NAME = Pattern.compile("[\\w&&[^\\d]]\\w*", CLASS_FLAGS);
  private static final Pattern STRING =
      Pattern.compile(
          "'([^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+)'|\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"",
          Pattern.DOTALL);
  private static final Pattern OPERATOR =
      Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}<>=.:|,;]");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;
  private boolean lineStarts = true;

  private Lexer(String source) {
    this.source = source;
  }

  /**
   * The tokens of a template, an END last.
   *
   * @throws TemplateException when the template is malformed
   */
  static List<Token> tokens(String template) {
    String plain = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer = new Lexer(plain.endsWith("\n") ? plain.substring(0, plain.length() - 1) : plain);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    Matcher opening = OPENING.matcher(source);
    while (position < source.length()) {
      if (!opening.find(position)) {
        text(source.substring(position));
        moveTo(source.length());
        break;
      }
      String before = source.substring(position, opening.start());
      Matcher raw = RAW.matcher(source).region(opening.start(), source.length());
      char kind = opening.group(1).charAt(0);
      text(leftOf(before, opening.group(2), kind == '{'));
      moveTo(opening.start());
      if (kind == '%' && raw.lookingAt()) {
        raw(raw);
      } else if (kind == '#') {
        comment(opening.end());
      } else {
        moveTo(opening.end());
        code(kind == '{');
      }
    }
    tokens.add(new Token(Kind.END, "", line));
  }

  /** The text before a delimiter, as far as it is kept. */
  private String leftOf(String text, String sign, boolean output) {
    if (sign.equals("-")) {
      return PyText.stripRight(text);
    }
    if (!sign.equals("+") && !output) {
      int start = text.lastIndexOf('\n') + 1;
      if ((start > 0 || lineStarts)
          && text.substring(start).chars().allMatch(c -> c == ' ' || c == '\t')) {
        return text.substring(0, start);
      }
    }
    return text;
  }

  private void text(String text) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.TEXT, text, line));
    }
  }

  private void moveTo(int end) {
    for (int i = position; i < end; i++) {
      if (source.charAt(i) == '\n') {
        line++;
      }
    }
    if (end > position) {
      lineStarts = source.charAt(end - 1) == '\n';
    }
    position = end;
  }

  private int skipBlanks(int from) {
    int end = from;
    while (end < source.length() && PyText.isSpace(source.charAt(end))) {
      end++;
    }
    return end;
  }

  private void raw(Matcher begin) {
    int from = begin.group(2) == null ? begin.end() : skipBlanks(begin.end());
    moveTo(from);
    Matcher end = END_RAW.matcher(source);
    if (!end.find(from)) {
      throw new TemplateException("a raw block has no endraw", line);
    }
    text(leftOf(source.substring(from, end.start()), end.group(1), false));
    boolean strips = end.group(2).startsWith("-");
    moveTo(strips ? skipBlanks(end.end()) : end.end());
  }

  private void comment(int from) {
    Matcher end = END_COMMENT.matcher(source);
    if (!end.find(from)) {
      throw new TemplateException("a comment has no end", line);
    }
    moveTo(end.group().startsWith("-") ? skipBlanks(end.end()) : end.end());
  }

  private void code(boolean output) {
    tokens.add(new Token(output ? Kind.OUTPUT_BEGIN : Kind.BLOCK_BEGIN, "", line));
    String close = output ? "}}" : "%}";
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      moveTo(skipBlanks(position));
      if (position >= source.length()) {
        throw new TemplateException("a tag has no end", line);
      }
      if (open.isEmpty() && closes(close, output)) {
        return;
      }
      token(open);
    }
  }

  private boolean closes(String close, boolean output) {
    Kind kind = output ? Kind.OUTPUT_END : Kind.BLOCK_END;
    if (source.startsWith("-" + close, position)) {
      tokens.add(new Token(kind, "", line));
      moveTo(skipBlanks(position + 3));
      return true;
    }
    boolean keeps = !output && source.startsWith("+" + close, position);
    if (keeps || source.startsWith(close, position)) {
      tokens.add(new Token(kind, "", line));
      int end = position + (keeps ? 3 : 2);
      boolean trims = !output && !keeps && source.startsWith("\n", end);
      moveTo(trims ? end + 1 : end);
      return true;
    }
    return false;
  }

  private void token(Deque<Character> open) {
    boolean afterDot = !tokens.isEmpty() && tokens.get(tokens.size() - 1).text().equals(".");
    if (!afterDot && take(FLOAT, Kind.FLOAT) || take(INTEGER, Kind.INTEGER)) {
      return;
    }
    if (take(NAME, Kind.NAME)) {
      return;
    }
    Matcher string = at(STRING);
    if (string.lookingAt()) {
      String body = string.group(1) == null ? string.group(2) : string.group(1);
      tokens.add(new Token(Kind.STRING, Escapes.decoded(body == null ? "" : body, line), line));
      moveTo(string.end());
      return;
    }
    Matcher operator = at(OPERATOR);
    if (!operator.lookingAt()) {
      throw new TemplateException(
          "unexpected character '" + Character.toString(source.codePointAt(position)) + "'", line);
    }
    balance(operator.group().charAt(0), open);
    tokens.add(new Token(Kind.OPERATOR, operator.group(), line));
    moveTo(operator.end());
  }

  private void balance(char operator, Deque<Character> open) {
    switch (operator) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty() || open.pop() != operator) {
          throw new TemplateException("unexpected '" + operator + "'", line);
        }
      }
      default -> {}
    }
  }

  private boolean take(Pattern pattern, Kind kind) {
    Matcher matcher = at(pattern);
    if (!matcher.lookingAt()) {
      return false;
    }
    tokens.add(new Token(kind, matcher.group(), line));
    moveTo(matcher.end());
    return true;
  }

  private Matcher at(Pattern pattern) {
    return pattern.matcher(source).region(position, source.length());
  }
}
