package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prompts that the model has read, each once for all of its completions: their logits, keys and
 * values are kept until the last of them has begun.
 */
final class ReadPrompts {
  /** Tokens of one pass, filling included, unless a single prompt has more. */
  private static final int PASS_TOKENS = 2048;

  private final WriterCalls calls;
  private final Map<IntBuffer, Integer> waiting = new HashMap<>();
  private final Map<IntBuffer, Place> places = new HashMap<>();

  /** Prompts that were read in one pass. */
  static final class Pass {
    private final NDArray logits;
    private final NDArray cache;
    private int left;

    private Pass(NDArray logits, NDArray cache, int left) {
      this.logits = logits;
      this.cache = cache;
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

  ReadPrompts(WriterCalls calls) {
    this.calls = calls;
  }

  /** Counts a completion that will begin. */
  void expect(int[] prompt) {
    waiting.merge(IntBuffer.wrap(prompt), 1, Integer::sum);
  }

  /** Reads those of the prompts that are not read yet, alike ones in length together. */
  void read(List<int[]> prompts) {
    Map<IntBuffer, int[]> distinct = new LinkedHashMap<>();
    for (int[] prompt : prompts) {
      if (!places.containsKey(IntBuffer.wrap(prompt))) {
        distinct.put(IntBuffer.wrap(prompt), prompt);
      }
    }
    List<int[]> sorted = new ArrayList<>(distinct.values());
    sorted.sort(Comparator.comparingInt(prompt -> prompt.length));
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
      readTogether(sorted.subList(from, to));
      from = to;
    }
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
      place.pass.logits.close();
      place.pass.cache.close();
    }
  }

  private void readTogether(List<int[]> prompts) {
    int width = prompts.get(prompts.size() - 1).length;
    int[] ids = new int[prompts.size() * width];
    for (int i = 0; i < prompts.size(); i++) {
      System.arraycopy(prompts.get(i), 0, ids, i * width, prompts.get(i).length);
    }
    int[] lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
    List<NDArray> read = calls.read(prompts.size(), ids, lengths);
    Pass pass = new Pass(read.get(0), read.get(1), prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      places.put(IntBuffer.wrap(prompts.get(i)), new Place(pass, i));
    }
  }
}
