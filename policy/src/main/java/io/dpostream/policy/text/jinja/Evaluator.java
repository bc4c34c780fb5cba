package io.dpostream.policy.text.jinja;

import io.dpostream.policy.text.jinja.Expression.And;
import io.dpostream.policy.text.jinja.Expression.Attribute;
import io.dpostream.policy.text.jinja.Expression.Binary;
import io.dpostream.policy.text.jinja.Expression.Call;
import io.dpostream.policy.text.jinja.Expression.Comparison;
import io.dpostream.policy.text.jinja.Expression.Concatenation;
import io.dpostream.policy.text.jinja.Expression.Conditional;
import io.dpostream.policy.text.jinja.Expression.Constant;
import io.dpostream.policy.text.jinja.Expression.DictOf;
import io.dpostream.policy.text.jinja.Expression.Filter;
import io.dpostream.policy.text.jinja.Expression.Item;
import io.dpostream.policy.text.jinja.Expression.ListOf;
import io.dpostream.policy.text.jinja.Expression.Name;
import io.dpostream.policy.text.jinja.Expression.Not;
import io.dpostream.policy.text.jinja.Expression.Operand;
import io.dpostream.policy.text.jinja.Expression.Or;
import io.dpostream.policy.text.jinja.Expression.Passed;
import io.dpostream.policy.text.jinja.Expression.Signed;
import io.dpostream.policy.text.jinja.Expression.SliceOf;
import io.dpostream.policy.text.jinja.Expression.Test;
import io.dpostream.policy.text.jinja.Expression.TupleOf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Evaluates expressions in a scope. */
final class Evaluator {
  private final Globals globals;

  Evaluator(Globals globals) {
    this.globals = globals;
  }

  Object evaluate(Expression expression, Scope scope) {
    if (expression instanceof Constant constant) {
      return constant.value();
    }
    if (expression instanceof Name name) {
      return scope
          .find(name.name())
          .or(() -> globals.find(name.name()))
          .orElseGet(() -> Undefined.name(name.name()));
    }
    if (expression instanceof Attribute attribute) {
      return Attributes.attribute(evaluate(attribute.object(), scope), attribute.name());
    }
    if (expression instanceof Item item) {
      return Attributes.at(evaluate(item.object(), scope), evaluate(item.key(), scope));
    }
    if (expression instanceof Call call) {
      return call(evaluate(call.function(), scope), arguments(call.arguments(), scope));
    }
    if (expression instanceof Filter filter) {
      Object value = evaluate(filter.value(), scope);
      return Filters.apply(filter.name(), value, arguments(filter.arguments(), scope));
    }
    if (expression instanceof Test test) {
      Object value = evaluate(test.value(), scope);
      return JinjaTests.holds(test.name(), value, arguments(test.arguments(), scope));
    }
    if (expression instanceof Not not) {
      return !PyValues.truth(evaluate(not.value(), scope));
    }
    if (expression instanceof And and) {
      Object left = evaluate(and.left(), scope);
      return PyValues.truth(left) ? evaluate(and.right(), scope) : left;
    }
    if (expression instanceof Or or) {
      Object left = evaluate(or.left(), scope);
      return PyValues.truth(left) ? left : evaluate(or.right(), scope);
    }
    if (expression instanceof Comparison comparison) {
      return compare(comparison, scope);
    }
    if (expression instanceof Conditional conditional) {
      return choose(conditional, scope);
    }
    if (expression instanceof Binary binary) {
      Object left = evaluate(binary.left(), scope);
      return Operators.binary(binary.operator(), left, evaluate(binary.right(), scope));
    }
    if (expression instanceof Signed signed) {
      return Operators.signed(signed.negative(), evaluate(signed.value(), scope));
    }
    if (expression instanceof Concatenation concatenation) {
      return Operators.concatenated(all(concatenation.parts(), scope));
    }
    return literal(expression, scope);
  }

  private Object literal(Expression expression, Scope scope) {
    if (expression instanceof ListOf list) {
      return all(list.items(), scope);
    }
    if (expression instanceof TupleOf tuple) {
      return new Tuple(all(tuple.items(), scope));
    }
    if (expression instanceof SliceOf slice) {
      return new Slice(
          bound(slice.start(), scope), bound(slice.stop(), scope), bound(slice.step(), scope));
    }
    if (expression instanceof DictOf dict) {
      Map<Object, Object> entries = new LinkedHashMap<>();
      for (Expression.Entry entry : dict.entries()) {
        Object key = PyValues.key(evaluate(entry.key(), scope));
        entries.put(key, evaluate(entry.value(), scope));
      }
      return entries;
    }
    throw new IllegalArgumentException(expression.toString());
  }

  private Object bound(Optional<Expression> bound, Scope scope) {
    return bound.isPresent() ? evaluate(bound.get(), scope) : None.NONE;
  }

  private List<Object> all(List<Expression> expressions, Scope scope) {
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(evaluate(expression, scope));
    }
    return values;
  }

  private Object choose(Conditional conditional, Scope scope) {
    if (PyValues.truth(evaluate(conditional.condition(), scope))) {
      return evaluate(conditional.then(), scope);
    }
    return conditional.otherwise().isPresent()
        ? evaluate(conditional.otherwise().get(), scope)
        : new Undefined("an inline if was false and has no else");
  }

  private boolean compare(Comparison comparison, Scope scope) {
    Object left = evaluate(comparison.first(), scope);
    for (Operand operand : comparison.operands()) {
      Object right = evaluate(operand.value(), scope);
      if (!Operators.compare(operand.operator(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  Object call(Object function, Arguments arguments) {
    PyValues.requireDefined(function);
    if (function instanceof Callable callable) {
      return callable.call(arguments);
    }
    if (function instanceof LoopState loop) {
      return loop.callRecursively(arguments);
    }
    throw new TemplateException("'" + PyValues.type(function) + "' object is not callable");
  }

  Arguments arguments(Passed passed, Scope scope) {
    if (passed == Passed.NOTHING) { // most filters and tests
      return Arguments.NONE;
    }
    List<Object> positional = all(passed.positional(), scope);
    passed
        .morePositional()
        .ifPresent(more -> positional.addAll(PyValues.items(evaluate(more, scope))));
    Map<String, Object> named = new LinkedHashMap<>();
    passed.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
    if (passed.moreNamed().isPresent()) {
      if (!(evaluate(passed.moreNamed().get(), scope) instanceof Map<?, ?> more)) {
        throw new TemplateException("argument after ** must be a mapping");
      }
      more.forEach((name, value) -> named.put(PyValues.text(name), value));
    }
    return new Arguments(positional, named);
  }
}
