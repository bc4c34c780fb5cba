package io.dpostream.pipeline.offline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.files.RowReport;
import io.dpostream.pipeline.formats.PreferenceEncoder;
import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.pipeline.formats.PreferenceRow;
import io.dpostream.pipeline.quickstart.TinyModel;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.schemas.Preference;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerSettings;
import io.dpostream.trainer.learner.StepResult;
import io.dpostream.trainer.learner.TrainingBatch;
import io.dpostream.trainer.learner.TrainingPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Rows that real files hold, from the file to a step of the trainer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnusualRowsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PREFIX = "The number is the sum of one and two, ".repeat(12);
  private static final String LONG = "How much is 1 plus 1? ".repeat(400);

  private static final String TEMPLATE =
      """
      {{- bos_token }}
      {%- if tools %}{{- '<|system|>' + tools | tojson + eos_token }}{%- endif %}
      {%- for message in messages %}
          {{- '<|' + message.role + '|>' + message.content + eos_token }}
      {%- endfor %}
      {%- if add_generation_prompt %}
          {{- '<|assistant|>' }}
      {%- endif %}""";

  private static final String THOUGHT = "<think>\nOne and one.\n</think>\n\n2.";

  private Path model;
  private Path folder;
  private Tokenizer tokenizer;
  private List<Preference> preferences;
  private RowReport report;

  @BeforeAll
  void readRows(@TempDir Path temporary) throws IOException {
    folder = temporary;
    model = TinyModel.install(folder.resolve("tiny")).model();
    Path config = model.resolve("config.json");
    ObjectNode json = (ObjectNode) JSON.readTree(config.toFile());
    Files.writeString(config, json.put("max_position_embeddings", 8192).toString());
    Files.writeString(model.resolve("chat_template.jinja"), TEMPLATE);
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": [2, 5]}");
    tokenizer = Tokenizer.load(model);
    PreferenceEncoder encoder = new PreferenceEncoder(tokenizer);
    preferences = new ArrayList<>();
    report =
        PreferenceRow.read(
            file(),
            PreferenceFormat.AUTO,
            row -> preferences.add(encoder.encode(row, "run", "file", Instant.EPOCH).preference()));
  }

  private Path file() throws IOException {
    List<Map<String, ?>> rows =
        List.of(
            Map.of("prompt", "1 plus 2?", "chosen", PREFIX + "3.", "rejected", PREFIX + "4 or so."),
            // a policy's own pair, one of which ended at once
            Map.of("pair_id", "p", "prompt", "Say no more.", "chosen", "", "rejected", "No."),
            Map.of("prompt", LONG, "chosen", "2.", "rejected", "I do not know."),
            Map.of(
                "prompt",
                List.of(turn("user", "How much is 1 plus 1?")),
                "chosen",
                List.of(turn("assistant", THOUGHT)),
                "rejected",
                List.of(turn("assistant", "3.")),
                "tools",
                List.of(Map.of("type", "function", "function", Map.of("name", "add")))),
            Map.of("prompt", "What?", "chosen", "a", "rejected", "b", "images", List.of("a.png")));
    StringBuilder lines = new StringBuilder();
    for (Map<String, ?> row : rows) {
      lines.append(JSON.writeValueAsString(row)).append('\n');
    }
    return Files.writeString(folder.resolve("rows.jsonl"), lines, UTF_8);
  }

  private static Map<String, String> turn(String role, String content) {
    return Map.of("role", role, "content", content);
  }

  @Test
  void shouldRefuseARowWithImagesByTheirName() {
    assertThat(report.accepted()).isEqualTo(4);
    assertThat(report.refused())
        .isEqualTo(Map.of("images cannot be read by a text model", List.of(5)));
  }

  @Test
  void shouldKeepALongPrefixThatBothAnswersShare() {
    List<Integer> chosen = preferences.get(0).getChosen().getTokenIds();
    List<Integer> rejected = preferences.get(0).getRejected().getTokenIds();
    int shared = 0;
    while (chosen.get(shared).equals(rejected.get(shared))) {
      shared++;
    }
    assertThat(shared).isGreaterThan(100);
    assertThat(chosen).hasSizeLessThan(rejected.size()).endsWith(2);
    assertThat(rejected).endsWith(2);
  }

  @Test
  void shouldKeepAnAnswerOfOneToken() {
    assertThat(preferences.get(1).getChosen().getTokenIds()).containsExactly(2);
  }

  @Test
  void shouldKeepAPromptOfThousandsOfTokens() {
    assertThat(preferences.get(2).getPromptTokenIds()).hasSizeGreaterThan(2_000);
  }

  @Test
  void shouldKeepToolsAndThoughtsAsText() {
    Preference preference = preferences.get(3);
    assertThat(preference.getPrompt().getTemplateInputs()).contains("\"add\"");
    assertThat(tokenizer.decode(ids(preference.getPromptTokenIds()))).contains("\"name\": \"add\"");
    assertThat(preference.getChosen().getText()).isEqualTo(THOUGHT);
    assertThat(
            tokenizer.decodeAfter(
                ids(preference.getPromptTokenIds()), ids(preference.getChosen().getTokenIds())))
        .contains(THOUGHT);
  }

  /** A completion may end with either; an answer to learn from ends with the tokenizer's. */
  @Test
  void shouldEndACompletionWithAnyOfSeveralTokens() {
    assertThat(CheckpointFolder.open(model).generationDefaults(tokenizer).eosTokenIds())
        .containsExactlyInAnyOrder(2, 5);
  }

  @Test
  void shouldLearnFromAllOfThem() {
    TrainerConfig config =
        OfflineRun.defaults(folder.resolve("out"))
            .set("trainer.max_length", "8192")
            .set("trainer.learning_rate", "1e-3")
            .read()
            .trainer();
    List<TrainingPair> pairs = preferences.stream().map(UnusualRowsTest::pair).toList();
    LearnerSettings settings =
        new LearnerSettings(model, model, EngineOptions.cpu(), folder.resolve("work"));
    try (DpoLearner learner = DpoLearner.open(config, settings)) {
      assertThat(pairs).allSatisfy(pair -> assertThat(learner.refusal(pair)).isEmpty());
      StepResult first = learner.step(batch(1, pairs));
      assertThat(first.loss()).isCloseTo(Math.log(2), within(1e-12));
      assertThat(first.metrics()).doesNotContainKey("truncated/completions");
      StepResult last = first;
      for (int step = 2; step <= 4; step++) {
        last = learner.step(batch(step, pairs));
      }
      assertThat(last.nonFinite()).isEmpty();
      assertThat(last.loss()).isLessThan(0.6);
      assertThat(last.metrics()).containsEntry("rewards/accuracies", 1.0);
    }
  }

  private static TrainingBatch batch(long step, List<TrainingPair> pairs) {
    return new TrainingBatch(step, pairs, OptionalDouble.empty(), 0);
  }

  private static TrainingPair pair(Preference preference) {
    return new TrainingPair(
        0,
        0,
        preference.getPairId(),
        ids(preference.getPromptTokenIds()),
        ids(preference.getChosen().getTokenIds()),
        ids(preference.getRejected().getTokenIds()),
        List.of(),
        1,
        OptionalDouble.empty(),
        -1);
  }

  private static int[] ids(List<Integer> ids) {
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
