package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Python's generator, as {@code map}, {@code select} and their like give: it is true even when
 * nothing is left in it, has no length, and can be gone through once.
 */
final class Generator {
  private final Iterator<Object> rest;

  Generator(List<Object> items) {
    this.rest = items.iterator();
  }

  Iterator<Object> rest() {
    return rest;
  }

  /** Everything that is left, which is nothing afterwards. */
  List<Object> drain() {
    List<Object> items = new ArrayList<>();
    rest.forEachRemaining(items::add);
    return items;
  }
}
