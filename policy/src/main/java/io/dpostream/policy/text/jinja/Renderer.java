package io.dpostream.policy.text.jinja;

import io.dpostream.policy.text.jinja.Statement.FilterCall;
import io.dpostream.policy.text.jinja.Statement.For;
import io.dpostream.policy.text.jinja.Statement.Parameter;
import io.dpostream.policy.text.jinja.Statement.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Executes a template's statements to render it once. */
final class Renderer {

  /** How a list of statements ended. */
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  /** Statements and turns of loops that one rendering may carry out. */
  private static final int MOST_STEPS = 5_000_000;

  private final Evaluator evaluator;
  private int steps;

  Renderer(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  /** The text of the statements. */
  String text(List<Statement> statements, Scope scope) {
    StringBuilder out = new StringBuilder();
    run(statements, scope, out);
    return out.toString();
  }

  private Flow run(List<Statement> statements, Scope scope, StringBuilder out) {
    for (Statement statement : statements) {
      Flow flow = run(statement, scope, out);
      if (flow != Flow.ON) {
        return flow;
      }
    }
    return Flow.ON;
  }

  private Flow run(Statement statement, Scope scope, StringBuilder out) {
    countStep(out);
    if (statement instanceof Statement.Text text) {
      out.append(text.text());
      return Flow.ON;
    }
    try {
      if (statement instanceof Statement.Output output) {
        out.append(PyValues.text(evaluator.evaluate(output.value(), scope)));
        return Flow.ON;
      }
      if (statement instanceof Statement.If branches) {
        return run(chosen(branches, scope), scope, out);
      }
      if (statement instanceof For loop) {
        Object items = evaluator.evaluate(loop.items(), scope);
        loop(loop, items, 0, scope, out);
        return Flow.ON;
      }
      if (statement instanceof Statement.Break) {
        return Flow.BREAK;
      }
      if (statement instanceof Statement.Continue) {
        return Flow.CONTINUE;
      }
      if (statement instanceof Statement.With with) {
        return with(with, scope, out);
      }
      runBlock(statement, scope, out);
      return Flow.ON;
    } catch (TemplateException e) {
      throw e.at(line(statement));
    }
  }

  private void runBlock(Statement statement, Scope scope, StringBuilder out) {
    if (statement instanceof Statement.Set set) {
      assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
    } else if (statement instanceof Statement.SetBlock set) {
      assign(set.target(), filtered(text(set.body(), scope.inner()), set.filters(), scope), scope);
    } else if (statement instanceof Statement.Macro macro) {
      scope.set(macro.name(), macro(macro, scope));
    } else if (statement instanceof Statement.CallBlock call) {
      out.append(PyValues.text(callBlock(call, scope)));
    } else if (statement instanceof Statement.FilterBlock block) {
      String body = text(block.body(), scope.inner());
      out.append(PyValues.text(filtered(body, block.filters(), scope)));
    } else if (statement instanceof Statement.Generation generation) {
      run(generation.body(), scope.inner(), out);
    } else {
      throw new IllegalArgumentException(statement.toString());
    }
  }

  private void countStep(StringBuilder out) {
    if (++steps > MOST_STEPS) {
      throw new TemplateException("the template does not come to an end");
    }
    PyText.requireLength(out.length());
  }

  private Flow with(Statement.With with, Scope scope, StringBuilder out) {
    Scope inner = scope.inner();
    with.assignments()
        .forEach(a -> assign(a.target(), evaluator.evaluate(a.value(), scope), inner));
    return run(with.body(), inner, out);
  }

  private List<Statement> chosen(Statement.If branches, Scope scope) {
    for (Statement.Branch branch : branches.branches()) {
      if (PyValues.truth(evaluator.evaluate(branch.condition(), scope))) {
        return branch.body();
      }
    }
    return branches.otherwise();
  }

  private void loop(For loop, Object over, int depth, Scope scope, StringBuilder out) {
    List<Object> items = new ArrayList<>(PyValues.items(over));
    loop.condition()
        .ifPresent(condition -> items.removeIf(i -> !passes(loop, condition, i, scope)));
    Optional<Callable> recursion =
        loop.recursive()
            ? Optional.of(arguments -> again(loop, arguments, depth + 1, scope))
            : Optional.empty();
    LoopState state = new LoopState(items, depth, recursion);
    for (int i = 0; i < items.size(); i++) {
      countStep(out);
      state.moveTo(i);
      Scope inner = scope.inner();
      inner.set("loop", state);
      assign(loop.target(), items.get(i), inner);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        break;
      }
    }
    if (items.isEmpty()) {
      run(loop.otherwise(), scope.inner(), out);
    }
  }

  private boolean passes(For loop, Expression condition, Object item, Scope scope) {
    Scope inner = scope.inner();
    inner.set("loop", new Undefined("'loop' is undefined in the filter of a loop"));
    assign(loop.target(), item, inner);
    return PyValues.truth(evaluator.evaluate(condition, inner));
  }

  private Object again(For loop, Arguments arguments, int depth, Scope scope) {
    StringBuilder out = new StringBuilder();
    loop(
        loop, arguments.only("loop", "iterable").require(0, "iterable", "loop"), depth, scope, out);
    return out.toString();
  }

  private void assign(Target target, Object value, Scope scope) {
    if (target instanceof Target.Variable variable) {
      scope.set(variable.name(), value);
    } else if (target instanceof Target.Member member) {
      Object holder = scope.find(member.object()).orElseGet(() -> Undefined.name(member.object()));
      PyValues.requireDefined(holder);
      if (!(holder instanceof Namespace namespace)) {
        throw new TemplateException("cannot assign attribute on non-namespace object");
      }
      namespace.attributes().put(member.name(), value);
    } else if (target instanceof Target.Unpacked unpacked) {
      List<Object> values = PyValues.items(value);
      if (values.size() != unpacked.targets().size()) {
        throw new TemplateException(
            "%d values to unpack into %d names"
                .formatted(values.size(), unpacked.targets().size()));
      }
      for (int i = 0; i < values.size(); i++) {
        assign(unpacked.targets().get(i), values.get(i), scope);
      }
    }
  }

  private Object filtered(String text, List<FilterCall> filters, Scope scope) {
    Object value = text;
    for (FilterCall filter : filters) {
      value = Filters.apply(filter.name(), value, evaluator.arguments(filter.arguments(), scope));
    }
    return value;
  }

  private Object callBlock(Statement.CallBlock block, Scope scope) {
    Expression.Call call = block.call();
    Object function = evaluator.evaluate(call.function(), scope);
    Arguments given = evaluator.arguments(call.arguments(), scope);
    Map<String, Object> named = new LinkedHashMap<>(given.named());
    named.put("caller", macro(block.caller(), scope));
    return evaluator.call(function, new Arguments(given.positional(), named));
  }

  private Macro macro(Statement.Macro macro, Scope scope) {
    return new Macro(
        macro.name(),
        macro.parameters().stream().map(Parameter::name).toList(),
        macro.special().contains("caller"),
        arguments -> callMacro(macro, arguments, scope));
  }

  private Object callMacro(Statement.Macro macro, Arguments arguments, Scope scope) {
    Scope inner = scope.inner();
    List<Parameter> parameters = macro.parameters();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    if (macro.special().contains("caller")) {
      Object caller = named.remove("caller");
      inner.set("caller", caller == null ? new Undefined("No caller defined") : caller);
    }
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Object given =
          i < arguments.positional().size()
              ? arguments.positional().get(i)
              : named.remove(parameter.name());
      inner.set(parameter.name(), given == null ? fallback(parameter, inner) : given);
    }
    bindRest(macro, arguments, named, inner);
    return text(macro.body(), inner);
  }

  private Object fallback(Parameter parameter, Scope scope) {
    return parameter.fallback().isPresent()
        ? evaluator.evaluate(parameter.fallback().get(), scope)
        : new Undefined("parameter '" + parameter.name() + "' was not provided");
  }

  /** Arguments beyond the parameters: refused, unless the body asks for them. */
  private static void bindRest(
      Statement.Macro macro, Arguments arguments, Map<String, Object> named, Scope inner) {
    int count = macro.parameters().size();
    Arguments rest = arguments.from(count);
    if (macro.special().contains("varargs")) {
      inner.set("varargs", new Tuple(rest.positional()));
    } else if (!rest.positional().isEmpty()) {
      throw new TemplateException(
          "macro '%s' takes not more than %d argument(s)".formatted(macro.name(), count));
    }
    if (macro.special().contains("kwargs")) {
      inner.set("kwargs", named);
    } else if (!named.isEmpty()) {
      throw new TemplateException(
          "macro '%s' takes no keyword argument '%s'"
              .formatted(macro.name(), named.keySet().iterator().next()));
    }
  }

  private static int line(Statement statement) {
    if (statement instanceof Statement.Output output) {
      return output.line();
    }
    if (statement instanceof Statement.If branches) {
      return branches.line();
    }
    if (statement instanceof For loop) {
      return loop.line();
    }
    if (statement instanceof Statement.Set set) {
      return set.line();
    }
    if (statement instanceof Statement.SetBlock set) {
      return set.line();
    }
    if (statement instanceof Statement.CallBlock call) {
      return call.line();
    }
    if (statement instanceof Statement.FilterBlock filter) {
      return filter.line();
    }
    return statement instanceof Statement.With with ? with.line() : 0;
  }
}
