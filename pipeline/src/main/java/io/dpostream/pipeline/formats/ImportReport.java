package io.dpostream.pipeline.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What became of a file's rows.
 *
 * @param accepted number of rows used
 * @param refused the lines of the rows not used, by reason, in the order in which reasons came up
 */
public record ImportReport(int accepted, Map<String, List<Integer>> refused) {
  private static final int LINES_SHOWN = 5;

  public ImportReport {
    Map<String, List<Integer>> copy = new LinkedHashMap<>();
    refused.forEach((reason, lines) -> copy.put(reason, List.copyOf(lines)));
    refused = copy;
  }

  /** Number of rows not used. */
  public int refusedRows() {
    return refused.values().stream().mapToInt(List::size).sum();
  }

  /** For people: one line for the counts and one for each reason. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("accepted %d, refused %d".formatted(accepted, refusedRows()));
    reasons().forEach(reason -> lines.add("  " + reason));
    return lines;
  }

  /** One line for each reason, with the first lines of the file that it applies to. */
  public List<String> reasons() {
    List<String> lines = new ArrayList<>();
    refused.forEach((reason, at) -> lines.add(at.size() + " refused: " + where(reason, at)));
    return lines;
  }

  private static String where(String reason, List<Integer> at) {
    String shown =
        at.stream().limit(LINES_SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
    String more = at.size() > LINES_SHOWN ? ", ..." : "";
    return "%s (line %s%s)".formatted(reason, shown, more);
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
