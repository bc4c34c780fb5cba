package io.dpostream.policy.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Python's generator, which filters such as {@code map} and {@code select} return: it is true even
 * when exhausted, has no length, and can be iterated only once.
 */
final class Generator {
  private final Iterator<Object> rest;

  Generator(List<Object> items) {
    this.rest = items.iterator();
  }

  Iterator<Object> rest() {
    return rest;
  }

  /** Returns everything that is left and exhausts the generator. */
  List<Object> drain() {
    List<Object> items = new ArrayList<>();
    rest.forEachRemaining(items::add);
    return items;
  }
}
