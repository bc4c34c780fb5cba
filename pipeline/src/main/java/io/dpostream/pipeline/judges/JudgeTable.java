package io.dpostream.pipeline.judges;

import io.dpostream.judge.stats.Agreement;
import io.dpostream.judge.stats.ErrorRate;
import io.dpostream.judge.stats.JudgeReport;
import io.dpostream.judge.stats.PositionBias;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Shows judges as a table for people; unknown values are dashes. */
public final class JudgeTable {
  private static final String FORMAT = "%-20s %9s %6s %9s %21s %14s %14s %9s %8s %8s %9s";

  private JudgeTable() {}

  /** Returns a heading, a line for each judge, and a line on the labels. */
  public static List<String> lines(JudgeSummary summary) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            FORMAT,
            "judge",
            "judgments",
            "ties",
            "abstained",
            "error rate, 95 %",
            "kappa people",
            "kappa others",
            "position",
            "p50 ms",
            "p99 ms",
            "cost usd"));
    summary.judges().forEach(judge -> lines.add(line(judge)));
    lines.add(
        summary
            .labels()
            .map(
                noise ->
                    String.format(
                        Locale.ROOT,
                        "labels: %.4f of %d are wrong, by these error rates",
                        noise.rate(),
                        noise.labels()))
            .orElse("labels: no error rate without three judges on the same pairs"));
    return lines;
  }

  private static String line(JudgeReport judge) {
    return String.format(
        FORMAT,
        judge.judge(),
        judge.judgments(),
        number("%.3f", judge.tieRate()),
        number("%.3f", judge.abstainRate()),
        or(judge.errorRate(), JudgeTable::errorRate),
        or(judge.withPeople(), JudgeTable::kappa),
        or(judge.withMajority(), JudgeTable::kappa),
        or(judge.positionBias().map(PositionBias::rate), rate -> number("%.3f", rate)),
        or(judge.latencyP50Ms(), String::valueOf),
        or(judge.latencyP99Ms(), String::valueOf),
        or(judge.costUsd(), cost -> number("%.4f", cost)));
  }

  private static String errorRate(ErrorRate rate) {
    return String.format(
        Locale.ROOT, "%.3f [%.3f, %.3f]", rate.estimate(), rate.low(), rate.high());
  }

  private static String kappa(Agreement agreement) {
    return String.format(Locale.ROOT, "%.3f of %d", agreement.kappa(), agreement.pairs());
  }

  private static <T> String or(Optional<T> value, Function<T, String> text) {
    return value.map(text).orElse("-");
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
