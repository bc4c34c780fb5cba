package io.dpostream.policy.text.jinja;

import io.dpostream.policy.text.jinja.Expression.Comparison;
import io.dpostream.policy.text.jinja.Expression.Constant;
import io.dpostream.policy.text.jinja.Expression.Operand;
import io.dpostream.policy.text.jinja.Expression.Passed;
import io.dpostream.policy.text.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Parses expressions by the grammar of this package, each rule a method. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> NOT_A_TEST_ARGUMENT = Set.of("else", "or", "and");

  /** Deeper nesting is refused before it exhausts the stack. */
  private static final int DEPTH = 200;

  private final TokenStream tokens;
  private int depth;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** One expression, or several with commas as a tuple. */
  Expression tuple() {
    return tuple(this::expression);
  }

  /** A tuple whose parts have no inline if, as after {@code in} and {@code if}. */
  Expression tupleWithoutConditional() {
    return tuple(this::or);
  }

  private Expression tuple(Supplier<Expression> part) {
    Expression first = part.get();
    if (!tokens.isOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && !endsTuple()) {
      items.add(part.get());
    }
    return new Expression.TupleOf(List.copyOf(items));
  }

  private boolean endsTuple() {
    Kind kind = tokens.current().kind();
    return kind == Kind.OUTPUT_END || kind == Kind.BLOCK_END || tokens.isOperator(")");
  }

  Expression expression() {
    if (++depth > DEPTH) {
      throw new TemplateException("an expression is nested too deeply", tokens.line());
    }
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression condition = or();
      Optional<Expression> otherwise =
          tokens.skipName("else") ? Optional.of(expression()) : Optional.empty();
      value = new Expression.Conditional(condition, value, otherwise);
    }
    depth--;
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    return tokens.skipName("not") ? new Expression.Not(not()) : comparison();
  }

  private Expression comparison() {
    Expression first = sum();
    List<Operand> operands = new ArrayList<>();
    while (true) {
      if (tokens.current().kind() == Kind.OPERATOR
          && COMPARISONS.contains(tokens.current().text())) {
        operands.add(new Operand(tokens.take().text(), sum()));
      } else if (tokens.skipName("in")) {
        operands.add(new Operand("in", sum()));
      } else if (tokens.isName("not") && tokens.following().is(Kind.NAME, "in")) {
        tokens.take();
        tokens.take();
        operands.add(new Operand("not in", sum()));
      } else {
        return operands.isEmpty() ? first : new Comparison(first, List.copyOf(operands));
      }
    }
  }

  private Expression sum() {
    return binary(Set.of("+", "-"), this::concatenation);
  }

  private Expression concatenation() {
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(List.copyOf(parts));
  }

  private Expression product() {
    return binary(Set.of("*", "/", "//", "%"), this::power);
  }

  private Expression power() {
    return binary(Set.of("**"), () -> unary(true));
  }

  private Expression binary(Set<String> operators, Supplier<Expression> operand) {
    Expression left = operand.get();
    while (tokens.current().kind() == Kind.OPERATOR
        && operators.contains(tokens.current().text())) {
      String operator = tokens.take().text();
      left = new Expression.Binary(operator, left, operand.get());
    }
    return left;
  }

  private Expression unary(boolean filtered) {
    Expression value;
    if (tokens.isOperator("-") || tokens.isOperator("+")) {
      if (++depth > DEPTH) {
        throw new TemplateException("an expression is nested too deeply", tokens.line());
      }
      boolean negative = tokens.take().text().equals("-");
      value = new Expression.Signed(negative, unary(false));
      depth--;
    } else {
      value = primary();
    }
    value = postfix(value);
    return filtered ? filters(value) : value;
  }

  private Expression primary() {
    Token token = tokens.current();
    switch (token.kind()) {
      case NAME -> {
        tokens.take();
        return switch (token.text()) {
          case "true", "True" -> new Constant(true);
          case "false", "False" -> new Constant(false);
          case "none", "None" -> new Constant(None.NONE);
          default -> new Expression.Name(token.text());
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.current().kind() == Kind.STRING) {
          text.append(tokens.take().text());
        }
        return new Constant(text.toString());
      }
      case INTEGER -> {
        tokens.take();
        return new Constant(integer(token));
      }
      case FLOAT -> {
        tokens.take();
        return new Constant(Double.valueOf(token.text().replace("_", "")));
      }
      default -> {
        if (tokens.skipOperator("(")) {
          Expression inner = tokens.isOperator(")") ? new Expression.TupleOf(List.of()) : tuple();
          tokens.expectOperator(")");
          return inner;
        }
        if (tokens.skipOperator("[")) {
          return new Expression.ListOf(items("]"));
        }
        if (tokens.skipOperator("{")) {
          return dict();
        }
        throw tokens.unexpected("an expression");
      }
    }
  }

  private static Object integer(Token token) {
    String digits = token.text().replace("_", "");
    int radix =
        digits.length() < 2
            ? 10
            : switch (Character.toLowerCase(digits.charAt(1))) {
              case 'b' -> 2;
              case 'o' -> 8;
              case 'x' -> 16;
              default -> 10;
            };
    BigInteger value = new BigInteger(radix == 10 ? digits : digits.substring(2), radix);
    return PyNumbers.normal(value);
  }

  private List<Expression> items(String end) {
    List<Expression> items = new ArrayList<>();
    while (!tokens.skipOperator(end)) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(end)) {
          break;
        }
      }
      items.add(expression());
    }
    return List.copyOf(items);
  }

  private Expression dict() {
    List<Expression.Entry> entries = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      if (!entries.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("}")) {
          break;
        }
      }
      Expression key = expression();
      tokens.expectOperator(":");
      entries.add(new Expression.Entry(key, expression()));
    }
    return new Expression.DictOf(List.copyOf(entries));
  }

  private Expression postfix(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.skipOperator(".")) {
        Token token = tokens.current();
        if (token.kind() == Kind.INTEGER) {
          tokens.take();
          value = new Expression.Item(value, new Constant(integer(token)));
        } else {
          value = new Expression.Attribute(value, tokens.expect(Kind.NAME, "a name"));
        }
      } else if (tokens.skipOperator("[")) {
        value = new Expression.Item(value, subscript());
      } else if (tokens.isOperator("(")) {
        value = new Expression.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expression subscript() {
    List<Expression> keys = new ArrayList<>(List.of(subscriptPart()));
    while (tokens.skipOperator(",")) {
      keys.add(subscriptPart());
    }
    tokens.expectOperator("]");
    return keys.size() == 1 ? keys.get(0) : new Expression.TupleOf(List.copyOf(keys));
  }

  private Expression subscriptPart() {
    Optional<Expression> start =
        tokens.isOperator(":") ? Optional.empty() : Optional.of(expression());
    if (!tokens.skipOperator(":")) {
      return start.orElseThrow();
    }
    Optional<Expression> stop = sliceBound();
    Optional<Expression> step = tokens.skipOperator(":") ? sliceBound() : Optional.empty();
    return new Expression.SliceOf(start, stop, step);
  }

  private Optional<Expression> sliceBound() {
    boolean absent = tokens.isOperator(":") || tokens.isOperator("]") || tokens.isOperator(",");
    return absent ? Optional.empty() : Optional.of(expression());
  }

  Passed arguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Optional<Expression> more = Optional.empty();
    Optional<Expression> moreNamed = Optional.empty();
    boolean first = true;
    while (!tokens.skipOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      first = false;
      if (tokens.skipOperator("*")) {
        more = Optional.of(expression());
      } else if (tokens.skipOperator("**")) {
        moreNamed = Optional.of(expression());
      } else if (tokens.current().kind() == Kind.NAME
          && tokens.following().is(Kind.OPERATOR, "=")) {
        String name = tokens.take().text();
        tokens.take();
        named.put(name, expression());
      } else if (named.isEmpty() && more.isEmpty() && moreNamed.isEmpty()) {
        positional.add(expression());
      } else {
        throw tokens.unexpected("an argument with a name");
      }
    }
    return new Passed(List.copyOf(positional), Collections.unmodifiableMap(named), more, moreNamed);
  }

  private Expression filters(Expression start) {
    Expression value = start;
    while (true) {
      if (tokens.isOperator("|")) {
        Statement.FilterCall filter = filter();
        value = new Expression.Filter(value, filter.name(), filter.arguments());
      } else if (tokens.isName("is")) {
        value = test(value);
      } else if (tokens.isOperator("(")) {
        value = new Expression.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  /** {@code |name(arguments)}. */
  Statement.FilterCall filter() {
    tokens.expectOperator("|");
    return filterCall();
  }

  /** {@code name(arguments)}, as after {@code |}. */
  Statement.FilterCall filterCall() {
    String name = dottedName();
    return new Statement.FilterCall(name, tokens.isOperator("(") ? arguments() : Passed.NOTHING);
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME, "a name"));
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Kind.NAME, "a name"));
    }
    return name.toString();
  }

  private Expression test(Expression value) {
    tokens.expectName("is");
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    Expression test = new Expression.Test(value, name, testArguments());
    return negated ? new Expression.Not(test) : test;
  }

  private Passed testArguments() {
    if (tokens.isOperator("(")) {
      return arguments();
    }
    Token token = tokens.current();
    boolean argument =
        switch (token.kind()) {
          case STRING, INTEGER, FLOAT -> true;
          case NAME -> !NOT_A_TEST_ARGUMENT.contains(token.text());
          case OPERATOR -> token.text().equals("[") || token.text().equals("{");
          default -> false;
        };
    if (!argument) {
      return Passed.NOTHING;
    }
    if (tokens.isName("is")) {
      throw new TemplateException("tests cannot be chained with is", tokens.line());
    }
    return new Passed(List.of(postfix(primary())), Map.of(), Optional.empty(), Optional.empty());
  }
}
