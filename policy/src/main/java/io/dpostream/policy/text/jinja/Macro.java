package io.dpostream.policy.text.jinja;

import java.util.List;
import java.util.Optional;

/**
 * A macro of a template, as a function.
 *
 * @param name shown in messages
 * @param parameters their names, in order
 * @param usesCaller whether its body mentions {@code caller}
 */
record Macro(String name, List<String> parameters, boolean usesCaller, Callable body)
    implements Callable {

  @Override
  public Object call(Arguments arguments) {
    return body.call(arguments);
  }

  Optional<Object> attribute(String attribute) {
    return switch (attribute) {
      case "name" -> Optional.of(name);
      case "arguments" -> Optional.of(new Tuple(List.copyOf(parameters)));
      case "caller" -> Optional.of(usesCaller);
      case "catch_kwargs", "catch_varargs" ->
          throw TemplateException.unsupported("the attribute " + attribute + " of a macro");
      default -> Optional.empty();
    };
  }
}
