package io.dpostream.pipeline.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dpostream.pipeline.evaluation.Evaluation.Example;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows an evaluation on the terminal: shares before and after, and completions side by side. */
public final class Summary {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int COLUMN = 36;

  private Summary() {}

  /** Returns the lines, none longer than 110 characters. */
  public static List<String> lines(Evaluation evaluation, int examples) {
    List<String> lines = new ArrayList<>();
    WinRate wins = evaluation.winRate();
    WinRate correctness = evaluation.correctnessOnly();
    Interval interval = wins.interval();
    lines.add(String.format("%-28s %10s %10s", "on held-out prompts", "reference", "policy"));
    if (evaluation.hasAnswers()) {
      lines.add(
          row("correct answers", evaluation.correctReference(), evaluation.correctPolicy(), ""));
    }
    lines.add(
        row(
            "preferred",
            1 - wins.rate(),
            wins.rate(),
            String.format(
                Locale.ROOT,
                "of %d decided, 95 %% interval %.3f to %.3f; %d ties",
                wins.decided(),
                interval.low(),
                interval.high(),
                wins.ties())));
    if (evaluation.hasAnswers()) {
      lines.add(
          row(
              "preferred for correctness",
              1 - correctness.rate(),
              correctness.rate(),
              String.format(Locale.ROOT, "of %d decided", correctness.decided())));
    }
    lines.add("");
    lines.add(cell("prompt") + cell("reference") + "policy");
    chosen(evaluation.examples(), examples).stream()
        .map(e -> cell(text(e.prompt())) + cell(text(e.reference())) + shortened(text(e.policy())))
        .forEach(lines::add);
    return lines;
  }

  /** Returns one JSON object on one line, with the names of {@code report.json}. */
  public static String json(Evaluation evaluation) {
    WinRate wins = evaluation.winRate();
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("win_rate_vs_reference", wins.rate());
    numbers.put("win_rate_ci95", List.of(wins.interval().low(), wins.interval().high()));
    numbers.put("wins", wins.wins());
    numbers.put("losses", wins.losses());
    numbers.put("ties", wins.ties());
    if (evaluation.hasAnswers()) {
      numbers.put("win_rate_correctness_only", evaluation.correctnessOnly().rate());
      numbers.put("correct_reference", evaluation.correctReference());
      numbers.put("correct_policy", evaluation.correctPolicy());
    }
    try {
      return JSON.writeValueAsString(numbers);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Picks the first examples that one side won; ties show nothing. */
  private static List<Example> chosen(List<Example> all, int limit) {
    return all.stream().filter(e -> e.sign() != 0).limit(limit).toList();
  }

  private static String row(String name, double reference, double policy, String note) {
    String row =
        String.format(Locale.ROOT, "%-28s %10.3f %10.3f  %s", name, reference, policy, note);
    return row.stripTrailing();
  }

  private static String cell(String text) {
    return String.format("%-" + COLUMN + "s", shortened(text));
  }

  private static String shortened(String text) {
    return text.length() < COLUMN ? text : text.substring(0, COLUMN - 4) + "...";
  }

  private static String text(Completion completion) {
    return oneLine(completion.getText());
  }

  private static String text(Prompt prompt) {
    return oneLine(
        prompt
            .getText()
            .orElseGet(
                () ->
                    prompt.getMessages().stream()
                        .map(Message::getContent)
                        .collect(Collectors.joining(" "))));
  }

  private static String oneLine(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
