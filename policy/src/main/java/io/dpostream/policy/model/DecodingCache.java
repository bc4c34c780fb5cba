package io.dpostream.policy.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The running completions, each with a row of the cache: the first rows, without a gap. It grows by
 * blocks of columns, and never so far that it and the prompts that were read take more than may be
 * held, but for a single completion.
 */
final class DecodingCache {
  private static final int BLOCK = 64;

  private final WriterCalls calls;
  private final int slots;
  private final HeldPositions held;
  private final List<RunningCompletion> running = new ArrayList<>();
  private Optional<NDArray> cache = Optional.empty();
  private Optional<NDArray> seen = Optional.empty();
  private Shape shape = new Shape(0, 0);

  /** Rows and columns of the tensor. */
  private record Shape(int rows, int width) {
    long positions() {
      return (long) rows * width;
    }

    Shape including(Shape other) {
      return new Shape(Math.max(rows, other.rows), Math.max(width, other.width));
    }
  }

  DecodingCache(WriterCalls calls, int slots, HeldPositions held) {
    this.calls = calls;
    this.slots = slots;
    this.held = held;
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

  /**
   * How many of the next completions, from the first on, may run beside those that do: the prompts
   * of all are in memory, or can be read one after the other. At least one if none is running.
   */
  int room(List<RunningCompletion> next, ReadPrompts prompts) {
    int longest = longest(running);
    int widest = 0;
    int count = 0;
    while (count < next.size() && running.size() + count < slots) {
      RunningCompletion row = next.get(count);
      longest = Math.max(longest, row.longest());
      widest = Math.max(widest, unread(row, prompts));
      int all = running.size() + count + 1;
      if (all > 1 && fitting(new Shape(all, blocks(longest)), widest).isEmpty()) {
        break;
      }
      count++;
    }
    return count;
  }

  /** Makes room for completions that are to be added; a single one may take more than all may. */
  void reserve(List<RunningCompletion> next, ReadPrompts prompts) {
    int widest = next.stream().mapToInt(row -> unread(row, prompts)).max().orElse(0);
    int longest = Math.max(longest(running), longest(next));
    Shape least = new Shape(running.size() + next.size(), blocks(longest));
    Optional<Shape> fitting = fitting(least, widest);
    if (fitting.isEmpty()) {
      prompts.forget();
    }
    Shape wanted = fitting.orElse(least);
    if (!wanted.equals(shape)) {
      resize(wanted);
    }
  }

  private static int longest(List<RunningCompletion> rows) {
    return rows.stream().mapToInt(RunningCompletion::longest).max().orElse(0);
  }

  private static int unread(RunningCompletion row, ReadPrompts prompts) {
    return prompts.isRead(row.prompt()) ? 0 : row.prompt().length;
  }

  /**
   * The shape to be had beside so many positions of a prompt: the present one if it will do, or one
   * that has all of it too, so that it need not be made again soon, or the smallest.
   */
  private Optional<Shape> fitting(Shape least, int beside) {
    Shape larger = shape.including(least);
    boolean wasteful = running.isEmpty() && shape.positions() > 4 * least.positions();
    long free = held.free() - beside;
    return Stream.of(larger, least)
        .filter(to -> to.equals(least) || !wasteful)
        .filter(to -> to.positions() - shape.positions() <= free)
        .filter(to -> to.equals(shape) || canMove(to, free))
        .findFirst();
  }

  /** Whether the running completions can be moved, at once or by way of another copy. */
  private boolean canMove(Shape to, long free) {
    if (running.isEmpty() || to.positions() <= free) {
      return true;
    }
    long between = written().positions();
    return between <= free && between + to.positions() - shape.positions() <= free;
  }

  /** What of the tensor holds keys and values. */
  private Shape written() {
    int length = running.stream().mapToInt(row -> row.position() + 1).max().orElse(0);
    return new Shape(running.size(), length);
  }

  /** Goes by way of a copy of what is written where the old and the new do not fit together. */
  private void resize(Shape to) {
    if (to.positions() > held.free()) {
      replace(written());
    }
    replace(to);
    if (calls.needsSeen()) {
      int[] all = rows();
      NDArray more = calls.unseen(to.rows);
      seen.ifPresent(
          old -> {
            calls.copyRows(old, all, more, all);
            old.close();
          });
      seen = Optional.of(more);
    }
  }

  private void replace(Shape to) {
    Shape written = written();
    held.add(to.positions());
    NDArray replaced = calls.cache(to.rows, to.width);
    cache.ifPresent(
        old -> {
          calls.copy(old, rows(), replaced, rows(), written.width);
          old.close();
        });
    held.remove(shape.positions());
    cache = Optional.of(replaced);
    shape = to;
  }

  private int[] rows() {
    return IntStream.range(0, running.size()).toArray();
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
