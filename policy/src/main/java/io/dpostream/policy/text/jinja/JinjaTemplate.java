package io.dpostream.policy.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A parsed template. Immutable, safe for use by several threads. */
public final class JinjaTemplate {
  private final List<Statement> statements;
  private final Clock clock;

  private JinjaTemplate(List<Statement> statements, Clock clock) {
    this.statements = statements;
    this.clock = clock;
  }

  /**
   * Parses a template.
   *
   * @param clock the time and zone of {@code strftime_now}
   * @throws TemplateException when it is malformed or uses a statement that is not supported
   */
  public static JinjaTemplate parse(String source, Clock clock) {
    try {
      return new JinjaTemplate(Parser.parse(source), clock);
    } catch (StackOverflowError e) {
      throw new TemplateException("an expression is nested too deeply");
    }
  }

  /**
   * Renders the template with some variables.
   *
   * @param variables strings, booleans, whole numbers, doubles, lists, maps, and null for none
   * @throws TemplateException when the template refuses the variables, fails where Python's would,
   *     or uses what is not supported
   */
  public String render(Map<String, ? extends @Nullable Object> variables) {
    Map<String, Object> values = new HashMap<>();
    variables.forEach((name, value) -> values.put(name, value(value)));
    try {
      return new Renderer(new Evaluator(new Globals(clock))).text(statements, Scope.of(values));
    } catch (StackOverflowError e) {
      throw new TemplateException("maximum recursion depth exceeded");
    } catch (ArithmeticException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new TemplateException("cannot be rendered: " + e);
    }
  }

  private static Object value(@Nullable Object given) {
    if (given == null) {
      return None.NONE;
    }
    if (given instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, value) -> copy.put(PyValues.key(value(key)), value(value)));
      return copy;
    }
    if (given instanceof List<?> list) {
      return list.stream().map(JinjaTemplate::value).toList();
    }
    if (given instanceof Integer || given instanceof Short || given instanceof Byte) {
      return ((Number) given).longValue();
    }
    if (given instanceof BigInteger big) {
      return PyNumbers.normal(big);
    }
    if (given instanceof Float || given instanceof BigDecimal) {
      return ((Number) given).doubleValue();
    }
    if (given instanceof String
        || given instanceof Boolean
        || given instanceof Long
        || given instanceof Double) {
      return given;
    }
    throw new IllegalArgumentException("a template cannot take a " + given.getClass().getName());
  }
}
