package io.dpostream.policy.text.jinja;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. */
final class LoopState {
  private final List<Object> items;
  private final int depth;
  private final Optional<Callable> recursion;
  private int index;
  private @Nullable Object changedBy;

  LoopState(List<Object> items, int depth, Optional<Callable> recursion) {
    this.items = items;
    this.depth = depth;
    this.recursion = recursion;
  }

  void moveTo(int place) {
    this.index = place;
  }

  Object callRecursively(Arguments arguments) {
    return recursion
        .orElseThrow(() -> new TemplateException("the loop is not marked as recursive"))
        .call(arguments);
  }

  @Nullable Object attribute(String name) {
    int length = items.size();
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) length - index;
      case "revindex0" -> length - index - 1L;
      case "first" -> index == 0;
      case "last" -> index == length - 1;
      case "length" -> (long) length;
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" ->
          index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
      case "nextitem" ->
          index + 1 < length ? items.get(index + 1) : new Undefined("there is no next item");
      case "cycle" -> (Callable) this::cycle;
      case "changed" -> (Callable) this::changed;
      default -> null;
    };
  }

  private Object cycle(Arguments arguments) {
    List<Object> values = arguments.positional();
    if (values.isEmpty()) {
      throw new TemplateException("no items for cycling given");
    }
    return values.get(index % values.size());
  }

  private Object changed(Arguments arguments) {
    Tuple now = new Tuple(arguments.positional());
    boolean changed = changedBy == null || !PyValues.equal(changedBy, now);
    changedBy = now;
    return changed;
  }
}
