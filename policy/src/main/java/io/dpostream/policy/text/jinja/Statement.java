package io.dpostream.policy.text.jinja;

import java.util.List;
import java.util.Optional;

/** A statement of a template; each but plain text knows the line that it begins at. */
sealed interface Statement {

  record Text(String text) implements Statement {}

  record Output(int line, Expression value) implements Statement {}

  record If(int line, List<Branch> branches, List<Statement> otherwise) implements Statement {}

  record Branch(Expression condition, List<Statement> body) {}

  record For(
      int line,
      Target target,
      Expression items,
      Optional<Expression> condition,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {}

  record Set(int line, Target target, Expression value) implements Statement {}

  record SetBlock(int line, Target target, List<FilterCall> filters, List<Statement> body)
      implements Statement {}

  /**
   * A macro.
   *
   * @param special which of the names caller, varargs and kwargs its body reads
   */
  record Macro(
      int line,
      String name,
      List<Parameter> parameters,
      List<Statement> body,
      java.util.Set<String> special)
      implements Statement {}

  record Parameter(String name, Optional<Expression> fallback) {}

  /** {@code call}: a macro is called and gets the body as {@code caller}. */
  record CallBlock(int line, Expression.Call call, Macro caller) implements Statement {}

  record FilterBlock(int line, List<FilterCall> filters, List<Statement> body)
      implements Statement {}

  record FilterCall(String name, Expression.Passed arguments) {}

  record With(int line, List<Set> assignments, List<Statement> body) implements Statement {}

  /** {@code generation}: the answer's part of a conversation; it has a scope of its own. */
  record Generation(int line, List<Statement> body) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /** What a value is assigned to. */
  sealed interface Target {

    record Variable(String name) implements Target {}

    /** An attribute of a namespace. */
    record Member(String object, String name) implements Target {}

    record Unpacked(List<Target> targets) implements Target {}
  }
}
