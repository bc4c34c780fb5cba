package io.dpostream.policy.text.jinja;

import java.util.function.IntConsumer;

/**
 * Python's slice; {@link None} where a bound is left out.
 *
 * @param start first index, counted from the end where negative
 * @param stop index after the last
 * @param step between two indices
 */
record Slice(Object start, Object stop, Object step) {

  /** Visits the indices of a sequence of some length, in the slice's order. */
  void visit(int length, IntConsumer visitor) {
    long by = step == None.NONE ? 1 : integer(step);
    if (by == 0) {
      throw new TemplateException("slice step cannot be zero");
    }
    long low = by > 0 ? 0 : -1;
    long high = by > 0 ? length : length - 1L;
    long from = bound(start, length, low, high, by > 0 ? low : high);
    long to = bound(stop, length, low, high, by > 0 ? high : low);
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      visitor.accept((int) i);
    }
  }

  private static long bound(Object given, int length, long low, long high, long absent) {
    if (given == None.NONE) {
      return absent;
    }
    long index = integer(given);
    long counted = index < 0 ? index + length : index;
    return Math.max(low, Math.min(high, counted));
  }

  private static long integer(Object value) {
    return PyNumbers.index(value, "slice indices");
  }
}
