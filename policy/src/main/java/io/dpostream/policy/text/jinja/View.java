package io.dpostream.policy.text.jinja;

import java.util.List;

/**
 * Python's dict views and ranges: values that can be gone through and counted.
 *
 * @param name printed before the items, or all that is printed of a range
 * @param isRange whether it has indices and prints without its items
 */
record View(String name, List<Object> items, boolean isRange) {
  View {
    items = List.copyOf(items);
  }

  String repr() {
    return isRange ? name : name + "(" + PyValues.repr(items) + ")";
  }
}
