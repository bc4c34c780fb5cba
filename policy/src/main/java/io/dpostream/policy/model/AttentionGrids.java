package io.dpostream.policy.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows in which the tokens of a {@link FlatBatch} see each other: one for each prompt, and one
 * for each completion after its prompt. Rows of about one length make a grid, whose sides depend on
 * the rows' own lengths alone, so that a row is computed alike in any batch.
 *
 * @param shapes rows, prefix and width of each grid: a row has prefix + width keys, of which the
 *     last width are its queries too
 * @param slots the token of each key, grid by grid, row by row
 * @param prefixes keys of each row's prefix that are not padding
 * @param places of each token among the queries of all grids
 */
@SuppressWarnings("ArrayRecordComponent")
record AttentionGrids(int[] shapes, int[] slots, int[] prefixes, int[] places) {
  private static final int SMALLEST_STEP = 8;
  private static final int STEPS_PER_OCTAVE = 8;

  /** Rounds a length up by at most an eighth, or to a multiple of 8 where that is more. */
  static int side(int length) {
    int step = Math.max(SMALLEST_STEP, Integer.highestOneBit(length) / STEPS_PER_OCTAVE);
    return Targets.roundUp(length, step);
  }

  private record Sides(int prefix, int width) {}

  /** A run of tokens after another run, its prefix. */
  private record Row(int prefixStart, int prefixLength, int start, int length) {
    Sides sides() {
      return new Sides(prefixLength == 0 ? 0 : side(prefixLength), side(length));
    }
  }

  /** Collects rows. */
  static final class Builder {
    private final Map<Sides, List<Row>> grids =
        new TreeMap<>(Comparator.comparingInt(Sides::prefix).thenComparingInt(Sides::width));

    /** Adds a row of a prompt's tokens. */
    void prompt(int start, int length) {
      add(new Row(0, 0, start, length));
    }

    /** Adds a row of a completion's tokens, which see the prompt's. */
    void completion(int promptStart, int promptLength, int start, int length) {
      add(new Row(promptStart, promptLength, start, length));
    }

    private void add(Row row) {
      grids.computeIfAbsent(row.sides(), sides -> new ArrayList<>()).add(row);
    }

    /**
     * Lays the rows out.
     *
     * @param tokens of the batch; those that no row has are padding and take any place
     */
    AttentionGrids build(int tokens) {
      int rows = grids.values().stream().mapToInt(List::size).sum();
      int keys =
          grids.entrySet().stream()
              .mapToInt(grid -> grid.getValue().size() * keys(grid.getKey()))
              .sum();
      int[] shapes = new int[3 * grids.size()];
      int[] slots = new int[keys];
      int[] prefixes = new int[rows];
      int[] places = new int[tokens];
      int grid = 0;
      int key = 0;
      int row = 0;
      int query = 0;
      for (Map.Entry<Sides, List<Row>> entry : grids.entrySet()) {
        Sides sides = entry.getKey();
        shapes[grid++] = entry.getValue().size();
        shapes[grid++] = sides.prefix();
        shapes[grid++] = sides.width();
        for (Row next : entry.getValue()) {
          fill(slots, key, sides.prefix(), next.prefixStart(), next.prefixLength());
          fill(slots, key + sides.prefix(), sides.width(), next.start(), next.length());
          for (int j = 0; j < next.length(); j++) {
            places[next.start() + j] = query + j;
          }
          prefixes[row++] = next.prefixLength();
          key += keys(sides);
          query += sides.width();
        }
      }
      return new AttentionGrids(shapes, slots, prefixes, places);
    }

    private static int keys(Sides sides) {
      return sides.prefix() + sides.width();
    }

    private static void fill(int[] slots, int from, int count, int start, int length) {
      for (int j = 0; j < count; j++) {
        slots[from + j] = start + Math.min(j, length - 1);
      }
    }
  }
}
