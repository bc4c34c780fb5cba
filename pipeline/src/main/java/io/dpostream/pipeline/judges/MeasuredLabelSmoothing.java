package io.dpostream.pipeline.judges;

import io.dpostream.judge.stats.LabelNoise;
import io.dpostream.trainer.service.LabelSmoothingAdvice;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Advises a label smoothing equal to the share of wrong labels. The advice has two decimals, and
 * changes only when the estimate has moved by more than one in the second, so that the ledger is
 * not filled with its last digits. Used by one thread.
 */
public final class MeasuredLabelSmoothing implements LabelSmoothingAdvice {
  /** Number of labels below which the estimate is ignored. */
  private static final long MIN_LABELS = 100;

  private static final double STEP = 0.01;

  /** The greatest advice: at 0.5 labels say nothing, and the robust loss is undefined. */
  private static final double MOST = 0.45;

  private final Supplier<JudgeSummary> summary;
  private Optional<Advice> last = Optional.empty();

  /** Creates advice that follows the newest summary. */
  public MeasuredLabelSmoothing(Supplier<JudgeSummary> summary) {
    this.summary = summary;
  }

  @Override
  public Optional<Advice> current() {
    JudgeSummary now = summary.get();
    Optional<LabelNoise> labels = now.labels().filter(noise -> noise.labels() >= MIN_LABELS);
    if (labels.isPresent() && hasMoved(labels.get().rate())) {
      double smoothing = Math.min(MOST, Math.round(labels.get().rate() / STEP) * STEP);
      last = Optional.of(new Advice(smoothing, evidence(now, labels.get())));
    }
    return last;
  }

  private boolean hasMoved(double rate) {
    return last.map(advice -> Math.abs(Math.min(MOST, rate) - advice.labelSmoothing()) > STEP)
        .orElse(true);
  }

  private static String evidence(JudgeSummary summary, LabelNoise labels) {
    return String.format(
        Locale.ROOT,
        "%.4f of %d labels are wrong, by %d judgments and the error rates %s",
        labels.rate(),
        labels.labels(),
        summary.judgments(),
        summary.judges().stream()
            .flatMap(
                judge ->
                    judge.errorRate().stream()
                        .map(
                            rate ->
                                String.format(
                                    Locale.ROOT,
                                    "%s %.4f [%.4f, %.4f]",
                                    judge.judge(),
                                    rate.estimate(),
                                    rate.low(),
                                    rate.high())))
            .collect(Collectors.joining(", ")));
  }
}
