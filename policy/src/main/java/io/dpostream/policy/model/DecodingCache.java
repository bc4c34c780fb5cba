package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The running completions, each with a row of the cache: the first rows, without a gap. It grows by
 * blocks of columns, never beyond its limit in bytes.
 */
final class DecodingCache {
  private static final int BLOCK = 64;

  private final WriterCalls calls;
  private final DecodingLimits limits;
  private final List<RunningCompletion> running = new ArrayList<>();
  private Optional<NDArray> cache = Optional.empty();
  private Optional<NDArray> seen = Optional.empty();
  private int rows;
  private int width;

  DecodingCache(WriterCalls calls, DecodingLimits limits) {
    this.calls = calls;
    this.limits = limits;
  }

  List<RunningCompletion> running() {
    return running;
  }

  NDArray tensor() {
    return cache.orElseThrow();
  }

  Optional<NDArray> seen() {
    return seen;
  }

  /** How many of the next completions, from the first on, may run beside those that do. */
  int room(List<RunningCompletion> next) {
    int longest = running.stream().mapToInt(RunningCompletion::longest).max().orElse(0);
    long positions = limits.cacheBytes() / calls.packed().positionBytes();
    int count = 0;
    while (count < next.size() && running.size() + count < limits.slots()) {
      longest = Math.max(longest, next.get(count).longest());
      int all = running.size() + count + 1;
      if (all > 1 && (long) all * blocks(longest) > positions) {
        break;
      }
      count++;
    }
    return count;
  }

  /** Makes room for completions that are to be added. */
  void reserve(List<RunningCompletion> next) {
    int longest =
        IntStream.concat(
                running.stream().mapToInt(RunningCompletion::longest),
                next.stream().mapToInt(RunningCompletion::longest))
            .max()
            .orElse(1);
    int needed = running.size() + next.size();
    int least = blocks(longest);
    boolean wasteful = running.isEmpty() && (long) rows * width > 4L * needed * least;
    if (cache.isEmpty() || needed > rows || least > width || wasteful) {
      resize(Math.max(wasteful ? 0 : rows, needed), wasteful ? least : Math.max(width, least));
    }
  }

  private void resize(int newRows, int newWidth) {
    NDArray grown = calls.cache(newRows, newWidth);
    int[] all = IntStream.range(0, running.size()).toArray();
    int length = running.stream().mapToInt(row -> row.position() + 1).max().orElse(0);
    cache.ifPresent(
        old -> {
          calls.copy(old, all, grown, all, length);
          old.close();
        });
    cache = Optional.of(grown);
    if (calls.needsSeen()) {
      NDArray more = calls.unseen(newRows);
      seen.ifPresent(
          old -> {
            calls.copyRows(old, all, more, all);
            old.close();
          });
      seen = Optional.of(more);
    }
    rows = newRows;
    width = newWidth;
  }

  /** Adds a completion whose prompt stands in a row of another cache. */
  void add(RunningCompletion row, NDArray from, int fromRow) {
    int[] into = {running.size()};
    calls.copy(from, new int[] {fromRow}, tensor(), into, row.prompt().length);
    running.add(row);
  }

  /** Copies what tokens the completion that was added last has seen. */
  void addSeen(NDArray from, int fromRow) {
    calls.copyRows(from, new int[] {fromRow}, seen.orElseThrow(), new int[] {running.size() - 1});
  }

  /** Takes ended completions out; the last ones move into their rows. */
  List<RunningCompletion> removeEnded() {
    List<RunningCompletion> ended = new ArrayList<>();
    for (int i = running.size() - 1; i >= 0; i--) {
      if (running.get(i).ended()) {
        ended.add(0, running.get(i));
        int last = running.size() - 1;
        RunningCompletion moved = running.remove(last);
        if (i < last) {
          int[] from = {last};
          int[] into = {i};
          calls.copy(tensor(), from, tensor(), into, moved.position() + 1);
          seen.ifPresent(array -> calls.copyRows(array, from, array, into));
          running.set(i, moved);
        }
      }
    }
    return ended;
  }

  private static int blocks(int positions) {
    return (positions + BLOCK - 1) / BLOCK * BLOCK;
  }
}
