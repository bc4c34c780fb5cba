package io.dpostream.files;

import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Counts of a file's accepted and rejected rows, with the reasons.
 *
 * @param accepted number of rows used
 * @param refused the numbers of the rejected rows, by reason, in the order in which reasons came up
 * @param counted what the numbers count: {@code line}, or {@code row} where a file has no lines
 * @param notes what else is worth a line
 */
public record RowReport(
    int accepted, Map<String, List<Integer>> refused, String counted, List<String> notes) {
  static final String LINES = "line";
  static final String ROWS = "row";
  private static final int NUMBERS_SHOWN = 5;

  public RowReport {
    Map<String, List<Integer>> copy = new LinkedHashMap<>();
    refused.forEach((reason, numbers) -> copy.put(reason, List.copyOf(numbers)));
    refused = copy;
    notes = List.copyOf(notes);
  }

  /** Creates a report without notes. */
  public RowReport(int accepted, Map<String, List<Integer>> refused, String counted) {
    this(accepted, refused, counted, List.of());
  }

  /** Returns this report with a note. */
  public RowReport with(String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return new RowReport(accepted, refused, counted, all);
  }

  /** A report on the lines of a text file. */
  public static RowReport ofLines(int accepted, Map<String, List<Integer>> refused) {
    return new RowReport(accepted, refused, LINES);
  }

  /**
   * Refuses a file of which nothing can be used.
   *
   * @throws UserException naming the file and each reason
   */
  public void requireAccepted(Path file) {
    if (accepted == 0) {
      throw new UserException(
          refused.isEmpty()
              ? file + ": holds no row; give a file with one JSON object a line"
              : "%s: no row can be used: %s".formatted(file, String.join("; ", reasons())));
    }
  }

  /** Number of rejected rows. */
  public int refusedRows() {
    return refused.values().stream().mapToInt(List::size).sum();
  }

  /** Describes the first rejected row: {@code line 3: prompt is missing}. */
  public Optional<String> firstRefusal() {
    return refused.entrySet().stream()
        .findFirst()
        .map(first -> "%s %d: %s".formatted(counted, first.getValue().get(0), first.getKey()));
  }

  /** Describes the report in one line for the counts and one for each reason and note. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("accepted %d, rejected %d".formatted(accepted, refusedRows()));
    reasons().forEach(reason -> lines.add("  " + reason));
    notes.forEach(note -> lines.add("  " + note));
    return lines;
  }

  /** Describes each reason in one line, with the first places in the file that it applies to. */
  public List<String> reasons() {
    List<String> lines = new ArrayList<>();
    refused.forEach((reason, at) -> lines.add(rows(at.size()) + ": " + where(reason, at)));
    return lines;
  }

  private String where(String reason, List<Integer> at) {
    String shown =
        at.stream().limit(NUMBERS_SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
    String more = at.size() > NUMBERS_SHOWN ? ", ..." : "";
    return "%s (%s %s%s)".formatted(reason, counted, shown, more);
  }

  private static String rows(int count) {
    return count == 1 ? "1 row" : count + " rows";
  }

  /** Collects a report row by row. */
  static final class Builder {
    private final String counted;
    private final Map<String, List<Integer>> refused = new LinkedHashMap<>();
    private int accepted;
    private int last;

    Builder(String counted) {
      this.counted = counted;
    }

    void accepted(int number) {
      accepted++;
      last = number;
    }

    void refused(int number, String reason) {
      refused.computeIfAbsent(reason, r -> new ArrayList<>()).add(number);
      last = number;
    }

    /** Says where the last row was: {@code after line 7}; nothing before the first one. */
    String afterTheLast() {
      return last == 0 ? "" : " after %s %d".formatted(counted, last);
    }

    RowReport build() {
      return new RowReport(accepted, refused, counted);
    }
  }
}
