package io.dpostream.pipeline.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.pipeline.cli.Dpo;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.schemas.LabelSmoothingSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Simulated judges of known error: what is measured of them, and what training makes of it. */
class MeasuredJudgesIT {

  private static final String SETTINGS =
      """
      judge:
        judges:
          - {id: good, type: noisy, error_rate: 0.05, seed: 1, judge: {type: reference}}
          - {id: fair, type: noisy, error_rate: 0.2, seed: 2, judge: {type: reference}}
          - {id: poor, type: noisy, error_rate: 0.35, seed: 3, judge: {type: reference}}
      assembler: {quorum: majority, votes: 3}
      trainer:
        label_smoothing_source: judges
        loss_type: [robust]
        per_device_train_batch_size: 32
      evaluation: {min_decided: 20}
      """;

  @Test
  void shouldSmoothLabelsByTheMeasuredErrorRateAndReplayWhatItDid(@TempDir Path folder)
      throws Exception {
    Path settings = Files.writeString(folder.resolve("judges.yaml"), SETTINGS);
    Path run = folder.resolve("run");

    Dpo result =
        Dpo.run(
            "quickstart",
            "--dir",
            run.toString(),
            "--steps",
            "15",
            "--config",
            settings.toString());

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    List<LabelSmoothingSet> decisions = decisions(run);
    assertThat(decisions).isNotEmpty();
    // A majority of these is wrong at 0.05*0.2*0.65 + 0.05*0.8*0.35 + 0.95*0.2*0.35
    // + 0.05*0.2*0.35 = 0.0905; the first estimates are of a hundred labels.
    assertThat(decisions)
        .allSatisfy(
            decision -> {
              assertThat(decision.getLabelSmoothing()).isBetween(0.01, 0.2);
              assertThat(decision.getFromStep()).isGreaterThan(1);
              assertThat(decision.getEvidence()).contains("labels are wrong", "good ", "poor ");
            });

    Dpo replay = Dpo.run("replay", "--dir", run.toString());
    assertThat(replay.code()).isZero();
    assertThat(Reports.json(replay.lastLine()).get("identical").asBoolean()).isTrue();

    List<JsonNode> judges = new ArrayList<>();
    Dpo stats = Dpo.run("judge", "stats", "--dir", run.toString(), "--json");
    for (String line : stats.out().lines().toList()) {
      judges.add(Reports.json(line));
    }
    assertThat(stats.err()).isEmpty();
    assertThat(judges)
        .extracting(judge -> judge.get("judge").asText())
        .containsExactly("fair", "good", "poor");
    assertError(judges.get(0), 0.2);
    assertError(judges.get(1), 0.05);
    assertError(judges.get(2), 0.35);
    assertThat(judges.get(1).at("/with_majority/kappa").asDouble())
        .isGreaterThan(judges.get(2).at("/with_majority/kappa").asDouble());
    assertThat(Dpo.run("judge", "stats", "--dir", run.toString()).out())
        .contains("kappa others", "good", "labels: 0.");
  }

  /** More than 300 pairs that are no ties: standard errors of .03 and less, times four. */
  private static void assertError(JsonNode judge, double expected) {
    JsonNode rate = judge.get("error_rate");
    assertThat(rate.get("pairs").asLong()).isGreaterThan(300);
    assertThat(rate.get("estimate").asDouble()).isBetween(expected - 0.12, expected + 0.12);
    assertThat(rate.get("low").asDouble()).isLessThanOrEqualTo(rate.get("estimate").asDouble());
    assertThat(rate.get("high").asDouble()).isGreaterThan(rate.get("estimate").asDouble());
  }

  private static List<LabelSmoothingSet> decisions(Path run) {
    RunFolder folder = new RunFolder(run);
    Settings settings = Settings.reader().file(folder.settings()).read();
    List<LabelSmoothingSet> decisions = new ArrayList<>();
    try (KafkaAccess kafka = KafkaAccess.open(settings, folder)) {
      new TopicScan(kafka.settings())
          .read(
              kafka.settings().topics().trainingSteps(),
              at -> {
                if (at.value().getEvent() instanceof LabelSmoothingSet set) {
                  decisions.add(set);
                }
              });
    }
    return decisions;
  }
}
