package io.dpostream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  @Test
  void shouldWriteEveryKeyInSnakeCase(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("report.json");
    new Report(
            "run",
            150,
            5000,
            4999,
            1600,
            Map.of("TIE", 3400L),
            15,
            0.93,
            List.of(0.9, 0.95),
            0.8,
            0.59,
            0.81,
            "aa",
            "bb",
            71.5)
        .write(file);

    JsonNode read = new ObjectMapper().readTree(file.toFile());
    assertThat(read.properties().stream().map(Map.Entry::getKey))
        .containsExactly(
            "run_id",
            "steps",
            "pairs_sampled",
            "judgments",
            "preferences",
            "outcomes",
            "published_versions",
            "win_rate_vs_reference",
            "win_rate_ci95",
            "win_rate_correctness_only",
            "correct_reference",
            "correct_policy",
            "policy_sha256",
            "reference_sha256",
            "elapsed_s");
    assertThat(read.at("/outcomes/TIE").asLong()).isEqualTo(3400);
    assertThat(read.at("/win_rate_ci95/1").asDouble()).isEqualTo(0.95);
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }
}
