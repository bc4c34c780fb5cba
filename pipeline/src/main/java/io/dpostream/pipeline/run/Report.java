package io.dpostream.pipeline.run;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dpostream.pipeline.evaluation.Evaluation;
import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.pipeline.progress.Progress;
import io.dpostream.pipeline.progress.Progress.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The result of a run, as written to {@code report.json} with keys in snake_case.
 *
 * @param steps optimizer steps since the beginning of the run
 * @param outcomes number of pairs by how they ended
 * @param publishedVersions number of versions after version 0, the first policy
 * @param winRateVsReference share of decided comparisons on held-out prompts
 * @param winRateCi95 low and high end of that share's Wilson interval
 * @param winRateCorrectnessOnly the share if only correctness counted
 * @param correctReference share of the reference's answers on held-out prompts that are correct
 * @param correctPolicy share of the last policy's answers that are correct
 * @param elapsedS seconds from the start of the command to this report
 */
public record Report(
    String runId,
    long steps,
    long pairsSampled,
    long judgments,
    long preferences,
    Map<String, Long> outcomes,
    long publishedVersions,
    double winRateVsReference,
    List<Double> winRateCi95,
    double winRateCorrectnessOnly,
    double correctReference,
    double correctPolicy,
    String policySha256,
    String referenceSha256,
    double elapsedS) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  public Report {
    outcomes = Collections.unmodifiableMap(new TreeMap<>(outcomes));
    winRateCi95 = List.copyOf(winRateCi95);
  }

  /** Makes the report of a run that ended at {@code end}. */
  public static Report of(String runId, Progress end, Evaluation evaluation, Duration elapsed) {
    Version last = end.version().orElseThrow();
    WinRate wins = evaluation.winRate();
    Map<String, Long> outcomes = new TreeMap<>();
    end.outcomes().forEach((kind, count) -> outcomes.put(kind.name(), count));
    return new Report(
        runId,
        end.step(),
        end.sampled(),
        end.judgments(),
        end.preferences(),
        outcomes,
        end.published(),
        wins.rate(),
        List.of(wins.interval().low(), wins.interval().high()),
        evaluation.correctnessOnly().rate(),
        evaluation.correctReference(),
        evaluation.correctPolicy(),
        last.sha256(),
        last.referenceSha256(),
        elapsed.toMillis() / 1000.0);
  }

  /** Replaces an earlier report; a reader sees the old or the new one, never a part. */
  public void write(Path file) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(partial, JSON.writeValueAsString(this) + "\n");
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
