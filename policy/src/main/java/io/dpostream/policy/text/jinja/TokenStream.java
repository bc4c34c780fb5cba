package io.dpostream.policy.text.jinja;

import io.dpostream.policy.text.jinja.Token.Kind;
import java.util.List;

/** Tokens with a current position. */
final class TokenStream {
  private final List<Token> tokens;
  private int next;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(next);
  }

  Token following() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  Token take() {
    Token token = current();
    next = Math.min(next + 1, tokens.size() - 1);
    return token;
  }

  boolean isOperator(String text) {
    return current().is(Kind.OPERATOR, text);
  }

  boolean isName(String text) {
    return current().is(Kind.NAME, text);
  }

  boolean skipOperator(String text) {
    return skip(isOperator(text));
  }

  boolean skipName(String text) {
    return skip(isName(text));
  }

  private boolean skip(boolean present) {
    if (present) {
      take();
    }
    return present;
  }

  void expectOperator(String text) {
    if (!skipOperator(text)) {
      throw unexpected("'" + text + "'");
    }
  }

  void expectName(String text) {
    if (!skipName(text)) {
      throw unexpected("'" + text + "'");
    }
  }

  /** The text of a token that must be of some kind. */
  String expect(Kind kind, String what) {
    if (current().kind() != kind) {
      throw unexpected(what);
    }
    return take().text();
  }

  TemplateException unexpected(String wanted) {
    return new TemplateException(
        "expected " + wanted + ", found " + current().shown(), current().line());
  }
}
