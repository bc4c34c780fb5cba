package io.dpostream.pipeline.progress;

import io.dpostream.pipeline.evaluation.WinRate;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Shows a run as a table that grows by a row every few steps. On a terminal, a last line is updated
 * in place between the rows; elsewhere there are only the rows. Used by one thread.
 */
public final class ProgressTable implements AutoCloseable {

  private static final String HEADER =
      "   step     loss   margin  accuracy  pairs = outcomes + waiting  version  win rate   time";
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean terminal;
  private final long rowEvery;
  private long lastRow;
  private boolean started;

  /**
   * @param terminal whether {@code out} understands control sequences
   * @param rowEvery steps from one row to the next
   */
  public ProgressTable(PrintWriter out, boolean terminal, long rowEvery) {
    this.out = out;
    this.terminal = terminal;
    this.rowEvery = rowEvery;
  }

  /** Updates the last line, and leaves it behind as a row when one is due. */
  public void show(Progress progress, Optional<WinRate> winRate, Duration elapsed) {
    if (!started) {
      out.println(HEADER);
      started = true;
      lastRow = progress.step();
    }
    String row = row(progress, winRate, elapsed);
    boolean keep = progress.step() >= lastRow + rowEvery;
    if (keep) {
      lastRow = progress.step();
      out.println(terminal ? ERASE_LINE + row : row);
    } else if (terminal) {
      out.print(ERASE_LINE + row);
    }
    out.flush();
  }

  /** Removes the last line. */
  @Override
  public void close() {
    if (terminal && started) {
      out.print(ERASE_LINE);
      out.flush();
    }
  }

  static String row(Progress p, Optional<WinRate> winRate, Duration elapsed) {
    return String.format(
        Locale.ROOT,
        "%7d %8s %8s %9s %6d = %8d + %7d %8s %9s %5ds",
        p.step(),
        number(p.loss()),
        number(p.margin()),
        number(p.accuracy()),
        p.sampled(),
        p.decided(),
        p.waiting(),
        p.version().map(v -> Long.toString(v.number())).orElse("-"),
        winRate.filter(w -> w.decided() > 0).map(w -> number(w.rate())).orElse("-"),
        elapsed.toSeconds());
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }
}
