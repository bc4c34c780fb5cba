package io.dpostream.pipeline.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Counts of a file's accepted and rejected rows, with the reasons.
 *
 * @param accepted number of rows used
 * @param refused the lines of the rejected rows, by reason, in the order in which reasons came up
 */
public record ImportReport(int accepted, Map<String, List<Integer>> refused) {
  private static final int LINES_SHOWN = 5;

  public ImportReport {
    Map<String, List<Integer>> copy = new LinkedHashMap<>();
    refused.forEach((reason, lines) -> copy.put(reason, List.copyOf(lines)));
    refused = copy;
  }

  /** Number of rejected rows. */
  public int refusedRows() {
    return refused.values().stream().mapToInt(List::size).sum();
  }

  /** Describes the report in one line for the counts and one for each reason. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("accepted %d, rejected %d".formatted(accepted, refusedRows()));
    reasons().forEach(reason -> lines.add("  " + reason));
    return lines;
  }

  /** Describes each reason in one line, with the first lines of the file that it applies to. */
  public List<String> reasons() {
    List<String> lines = new ArrayList<>();
    refused.forEach((reason, at) -> lines.add(rows(at.size()) + ": " + where(reason, at)));
    return lines;
  }

  private static String where(String reason, List<Integer> at) {
    String shown =
        at.stream().limit(LINES_SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
    String more = at.size() > LINES_SHOWN ? ", ..." : "";
    return "%s (line %s%s)".formatted(reason, shown, more);
  }

  private static String rows(int count) {
    return count == 1 ? "1 row" : count + " rows";
  }

  /** Collects a report row by row. */
  static final class Builder {
    private final Map<String, List<Integer>> refused = new LinkedHashMap<>();
    private int accepted;
    private int lastLine;

    void accepted(int line) {
      accepted++;
      lastLine = line;
    }

    void refused(int line, String reason) {
      refused.computeIfAbsent(reason, r -> new ArrayList<>()).add(line);
      lastLine = line;
    }

    int lastLine() {
      return lastLine;
    }

    ImportReport build() {
      return new ImportReport(accepted, refused);
    }
  }
}
