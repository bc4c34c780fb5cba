package io.dpostream.pipeline.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.pipeline.cli.Dpo;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartIT {

  private static Dpo quickstart(Path folder, int steps, String... settings) {
    String[] args = new String[5 + 2 * settings.length];
    System.arraycopy(
        new String[] {"quickstart", "--dir", folder.toString(), "--steps", "" + steps},
        0,
        args,
        0,
        5);
    for (int i = 0; i < settings.length; i++) {
      args[5 + 2 * i] = "--set";
      args[6 + 2 * i] = settings[i];
    }
    return Dpo.run(args);
  }

  @Test
  void shouldTrainReportReplayToTheSameHashAndGoOn(@TempDir Path folder) throws Exception {
    String small = "trainer.per_device_train_batch_size=8";
    String brief = "evaluation.min_decided=20";
    Dpo first = quickstart(folder, 5, small, brief);

    assertThat(first.err()).isEmpty();
    assertThat(first.code()).isZero();
    JsonNode report = Reports.in(folder);
    assertThat(report.get("steps").asLong()).isEqualTo(5);
    assertThat(report.get("preferences").asLong()).isGreaterThanOrEqualTo(5 * 8);
    assertThat(report.get("pairs_sampled").asLong()).isEqualTo(Reports.outcomes(report));
    // nobody is asked about two completions that are one text
    long identical = report.get("outcomes").path("IDENTICAL").asLong();
    assertThat(report.get("judgments").asLong() + identical)
        .isEqualTo(report.get("pairs_sampled").asLong());
    // after every second step, and after the last
    assertThat(report.get("published_versions").asLong()).isEqualTo(3);
    assertThat(report.get("policy_sha256").asText())
        .matches("[0-9a-f]{64}")
        .isNotEqualTo(report.get("reference_sha256").asText());
    assertThat(first.out()).contains("accuracy", "win rate", "on held-out prompts");

    Dpo replay = Dpo.run("replay", "--dir", folder.toString());
    JsonNode replayed = Reports.json(replay.lastLine());
    assertThat(replay.code()).isZero();
    assertThat(replayed.get("identical").asBoolean()).isTrue();
    assertThat(replayed.get("replayed_sha256")).isEqualTo(report.get("policy_sha256"));

    Dpo second = quickstart(folder, 3, small, brief);
    assertThat(second.err()).isEmpty();
    assertThat(Reports.in(folder).get("steps").asLong()).isEqualTo(8);
    assertThat(Dpo.run("replay", "--dir", folder.toString()).code()).isZero();
  }

  /** What the policy learns comes from the judge: a coin teaches it nothing. */
  @Test
  void shouldNotBecomeBetterFromARandomJudge(@TempDir Path folder) throws Exception {
    Dpo result =
        quickstart(
            folder,
            30,
            "judge.judges=[{id: coin, type: random}]",
            "evaluation.min_decided=1000",
            "evaluation.max_rounds=40");

    assertThat(result.err()).isEmpty();
    // With 1000 decided comparisons the standard error is .016: .55 is three of them above a coin.
    assertThat(Reports.in(folder).get("win_rate_vs_reference").asDouble()).isLessThan(0.55);
  }

  @Test
  void shouldKeepTurningWhenNearlyAllPairsAreTies(@TempDir Path folder) throws Exception {
    Dpo result =
        quickstart(
            folder,
            3,
            "judge.judges=[{id: ties, type: mostly-ties}]",
            "sampler.max_outstanding_batches=2",
            "sampler.max_new_tokens=4",
            "sampler.batch_size=8",
            "trainer.per_device_train_batch_size=4",
            "evaluation.min_decided=1",
            "evaluation.max_rounds=1");

    assertThat(result.err()).isEmpty();
    JsonNode report = Reports.in(folder);
    assertThat(report.get("steps").asLong()).isEqualTo(3);
    assertThat(report.get("pairs_sampled").asLong()).isEqualTo(Reports.outcomes(report));
    // 12 preferences are needed and one pair in twenty is decided.
    assertThat(report.at("/outcomes/TIE").asLong()).isGreaterThan(100);
  }
}
