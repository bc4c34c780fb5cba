package io.dpostream.policy.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An expression of a template. */
sealed interface Expression {

  /** A value that stands in the template. */
  record Constant(Object value) implements Expression {}

  /** A variable. */
  record Name(String name) implements Expression {}

  record TupleOf(List<Expression> items) implements Expression {}

  record ListOf(List<Expression> items) implements Expression {}

  record DictOf(List<Entry> entries) implements Expression {}

  record Entry(Expression key, Expression value) {}

  /** {@code object.name}. */
  record Attribute(Expression object, String name) implements Expression {}

  /** {@code object[key]}. */
  record Item(Expression object, Expression key) implements Expression {}

  /** {@code start:stop:step} between brackets. */
  record SliceOf(Optional<Expression> start, Optional<Expression> stop, Optional<Expression> step)
      implements Expression {}

  record Call(Expression function, Passed arguments) implements Expression {}

  /** {@code value|name(arguments)}. */
  record Filter(Expression value, String name, Passed arguments) implements Expression {}

  /** {@code value is name(arguments)}. */
  record Test(Expression value, String name, Passed arguments) implements Expression {}

  record Not(Expression value) implements Expression {}

  /** A sign before a number; {@code negative} for a minus. */
  record Signed(boolean negative, Expression value) implements Expression {}

  record Binary(String operator, Expression left, Expression right) implements Expression {}

  /** The operands of {@code ~}. */
  record Concatenation(List<Expression> parts) implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  /** {@code first op second op third}: true when every neighbouring pair compares so. */
  record Comparison(Expression first, List<Operand> operands) implements Expression {}

  record Operand(String operator, Expression value) {}

  /** {@code then if condition else otherwise}. */
  record Conditional(Expression condition, Expression then, Optional<Expression> otherwise)
      implements Expression {}

  /** What stands between the parentheses of a call. */
  record Passed(
      List<Expression> positional,
      Map<String, Expression> named,
      Optional<Expression> morePositional,
      Optional<Expression> moreNamed) {
    static final Passed NOTHING =
        new Passed(List.of(), Map.of(), Optional.empty(), Optional.empty());
  }
}
