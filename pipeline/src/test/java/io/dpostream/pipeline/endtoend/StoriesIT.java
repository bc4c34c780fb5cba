package io.dpostream.pipeline.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.pipeline.cli.Dpo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any Hugging Face folder, any prompts, any rule: a model that tells stories. */
class StoriesIT {

  private static final String RULE =
      "[{kind: happy_ending}, {kind: dialogue}, {kind: sentence_length, target: 6}]";

  @Test
  void shouldMoveTheWayThatARuleOnTheTextPrefers(@TempDir Path folder) throws Exception {
    String data = System.getProperty("dpo.test.data", "");
    assumeFalse(data.isEmpty(), "needs -Ddpo.test.data, a folder with models and prompts");
    Path prompts = Path.of(data, "prompts", "stories.jsonl");
    List<String> lines = Files.readAllLines(prompts);
    Path heldOut = Files.write(folder.resolve("held-out.jsonl"), lines.subList(0, 100));
    Path training = Files.write(folder.resolve("training.jsonl"), lines.subList(100, lines.size()));
    Path settings =
        Files.writeString(
            folder.resolve("stories.yaml"),
            """
            run: {id: stories, model: %s}
            threads: 1
            prompts: {file: %s}
            sampler: {max_new_tokens: 48, batch_size: 16}
            judge: {judges: [{id: rule, type: rule, criteria: %s}]}
            trainer:
              learning_rate: 1.0e-4
              per_device_train_batch_size: 16
              max_steps: 20
              publish_steps: 5
              max_length: 128
            evaluation:
              prompts: %s
              judge: {type: rule, criteria: %s}
              min_decided: 200
            """
                .formatted(Path.of(data, "models", "stories260K"), training, RULE, heldOut, RULE));

    Dpo result =
        Dpo.run("up", "--config", settings.toString(), "--dir", folder.resolve("run").toString());

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    JsonNode report = Reports.in(folder.resolve("run"));
    assertThat(report.get("steps").asLong()).isEqualTo(20);
    // Above one half with 95 % confidence; the reference against itself is one half.
    assertThat(report.at("/win_rate_ci95/0").asDouble()).isGreaterThan(0.5);
  }
}
