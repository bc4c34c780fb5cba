package io.dpostream.pipeline.offline;

import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.trainer.learner.StepMetrics;
import io.dpostream.trainer.service.TrainerListener;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shows a run's steps as a table with a row every few steps, and counts what they used. Its totals
 * are read once the trainer has ended.
 */
final class OfflineTally implements TrainerListener {
  private static final long STEPS_PER_ROW = 10;
  private static final String HEADER =
      "   step     loss   margin  accuracy  logps/chosen  logps/rejected  skipped";

  private static final Map<String, String> CUTS =
      new TreeMap<>(
          Map.of(
              StepMetrics.TRUNCATED_PROMPTS,
              "a prompt beyond trainer.max_prompt_length has lost its beginning",
              StepMetrics.TRUNCATED_COMPLETIONS,
              "a completion beyond trainer.max_length, or the model's context, has lost its end"));

  private final PrintWriter out;
  private final Map<String, Integer> skipped = new TreeMap<>();
  private final Map<String, Long> cut = new TreeMap<>();
  private long pairs;
  private long rows;

  OfflineTally(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void history(TrainingStep record) {
    if (record.getEvent() instanceof StepTaken step) {
      count(step);
    }
  }

  @Override
  public void recorded(TrainingStep record) {
    if (record.getEvent() instanceof StepTaken step) {
      count(step);
      if (step.getStep() == 1 || step.getStep() % STEPS_PER_ROW == 0) {
        show(step);
      }
    }
  }

  /** Number of pairs that steps were taken on, over all epochs. */
  long pairs() {
    return pairs;
  }

  /**
   * Counts of skipped pairs by reason, most frequent first, ignoring the first number in a reason.
   */
  List<String> skipped() {
    return skipped.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .map(entry -> "skipped %d: %s".formatted(entry.getValue(), entry.getKey()))
        .toList();
  }

  /** Counts of pairs that steps were taken on without all of their tokens, over all epochs. */
  List<String> shortened() {
    return CUTS.entrySet().stream()
        .filter(entry -> cut.containsKey(entry.getKey()))
        .map(entry -> "shortened %d: %s".formatted(cut.get(entry.getKey()), entry.getValue()))
        .toList();
  }

  private void count(StepTaken step) {
    pairs += step.getPairs();
    for (String metric : CUTS.keySet()) {
      double count = step.getMetrics().getOrDefault(metric, 0.0);
      if (count > 0) {
        cut.merge(metric, Math.round(count), Long::sum);
      }
    }
    for (Skipped one : step.getSkipped()) {
      skipped.merge(one.getReason().replaceFirst("\\d+", "n"), 1, Integer::sum);
    }
  }

  private void show(StepTaken step) {
    if (rows++ == 0) {
      out.println(HEADER);
    }
    Map<String, Double> metrics = step.getMetrics();
    out.printf(
        Locale.ROOT,
        "%7d %8.4f %8.4f %9.3f %13.3f %15.3f %8d%n",
        step.getStep(),
        step.getLoss(),
        metrics.getOrDefault("rewards/margins", Double.NaN),
        metrics.getOrDefault("rewards/accuracies", Double.NaN),
        metrics.getOrDefault("logps/chosen", Double.NaN),
        metrics.getOrDefault("logps/rejected", Double.NaN),
        step.getSkipped().size());
    out.flush();
  }
}
