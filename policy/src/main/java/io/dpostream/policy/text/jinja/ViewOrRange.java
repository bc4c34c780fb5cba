package io.dpostream.policy.text.jinja;

import java.util.List;

/**
 * A dict view or range of Python: a value that can be iterated and has a length.
 *
 * @param name printed before the items, or all that is printed of a range
 * @param isRange whether it has indices and prints without its items
 */
record ViewOrRange(String name, List<Object> items, boolean isRange) {
  ViewOrRange {
    items = List.copyOf(items);
  }

  String repr() {
    return isRange ? name : name + "(" + PyValues.repr(items) + ")";
  }
}
