package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Prompts that the model has read, each once for all of its completions: their logits, keys and
 * values are kept until the last of them has begun.
 */
final class ReadPrompts {
  /** Tokens of one pass, filling included, unless a single prompt has more. */
  private static final int PASS_TOKENS = 2048;

  private final WriterCalls calls;
  private final HeldPositions held;
  private final Map<IntBuffer, Integer> waiting = new HashMap<>();
  private final Map<IntBuffer, Place> places = new HashMap<>();
  private final Set<Pass> passes = new HashSet<>();

  /** Prompts that were read in one pass. */
  static final class Pass {
    private final NDArray logits;
    private final NDArray cache;
    private final long positions;
    private int left;

    private Pass(NDArray logits, NDArray cache, long positions, int left) {
      this.logits = logits;
      this.cache = cache;
      this.positions = positions;
      this.left = left;
    }

    NDArray logits() {
      return logits;
    }

    NDArray cache() {
      return cache;
    }
  }

  /** Where a prompt stands in its pass. */
  record Place(Pass pass, int row) {}

  ReadPrompts(WriterCalls calls, HeldPositions held) {
    this.calls = calls;
    this.held = held;
  }

  /** Counts a completion that will begin. */
  void expect(int[] prompt) {
    waiting.merge(IntBuffer.wrap(prompt), 1, Integer::sum);
  }

  /** Reads those of the prompts that are not read yet, alike ones in length together. */
  void read(List<int[]> prompts) {
    passes(prompts).forEach(this::readTogether);
  }

  /** How many of the prompts, from the first on, can be read; one always. */
  int readable(List<int[]> prompts) {
    if (positions(prompts) <= held.free()) {
      return prompts.size();
    }
    int count = 1;
    while (count < prompts.size() && positions(prompts.subList(0, count + 1)) <= held.free()) {
      count++;
    }
    return count;
  }

  /** What reading prompts takes, filling included. */
  private long positions(List<int[]> prompts) {
    return passes(prompts).stream().mapToLong(ReadPrompts::area).sum();
  }

  private static long area(List<int[]> pass) {
    return (long) pass.size() * pass.get(pass.size() - 1).length;
  }

  /** Divides those of the prompts that are not read yet into passes, each in order of length. */
  private List<List<int[]>> passes(List<int[]> prompts) {
    Map<IntBuffer, int[]> distinct = new LinkedHashMap<>();
    for (int[] prompt : prompts) {
      if (!isRead(prompt)) {
        distinct.put(IntBuffer.wrap(prompt), prompt);
      }
    }
    List<int[]> sorted = new ArrayList<>(distinct.values());
    sorted.sort(Comparator.comparingInt(prompt -> prompt.length));
    List<List<int[]>> divided = new ArrayList<>();
    int from = 0;
    while (from < sorted.size()) {
      int to = from + 1;
      long tokens = sorted.get(from).length;
      while (to < sorted.size()) {
        long width = sorted.get(to).length;
        long area = width * (to + 1 - from);
        if (area > PASS_TOKENS || 4 * (tokens + width) < 3 * area) {
          break;
        }
        tokens += width;
        to++;
      }
      divided.add(sorted.subList(from, to));
      from = to;
    }
    return divided;
  }

  boolean isRead(int[] prompt) {
    return places.containsKey(IntBuffer.wrap(prompt));
  }

  Place place(int[] prompt) {
    Place place = places.get(IntBuffer.wrap(prompt));
    if (place == null) {
      throw new IllegalStateException("a prompt that was not read");
    }
    return place;
  }

  /** Counts a completion that has begun, and frees what no other one needs. */
  void begun(int[] prompt) {
    IntBuffer key = IntBuffer.wrap(prompt);
    if (waiting.merge(key, -1, Integer::sum) > 0) {
      return;
    }
    waiting.remove(key);
    Place place = places.remove(key);
    if (place != null && --place.pass.left == 0) {
      free(place.pass);
      passes.remove(place.pass);
    }
  }

  /** Frees all that were read; those that are needed are read again. */
  void forget() {
    passes.forEach(this::free);
    passes.clear();
    places.clear();
  }

  private void free(Pass pass) {
    pass.logits.close();
    pass.cache.close();
    held.remove(pass.positions);
  }

  private void readTogether(List<int[]> prompts) {
    int width = prompts.get(prompts.size() - 1).length;
    int[] ids = new int[prompts.size() * width];
    for (int i = 0; i < prompts.size(); i++) {
      System.arraycopy(prompts.get(i), 0, ids, i * width, prompts.get(i).length);
    }
    int[] lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
    held.add(area(prompts));
    List<NDArray> read = calls.read(prompts.size(), ids, lengths);
    Pass pass = new Pass(read.get(0), read.get(1), area(prompts), prompts.size());
    passes.add(pass);
    for (int i = 0; i < prompts.size(); i++) {
      places.put(IntBuffer.wrap(prompts.get(i)), new Place(pass, i));
    }
  }
}
