package io.dpostream.pipeline.formats;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.files.RowPlace;
import io.dpostream.files.RowReport;
import io.dpostream.pipeline.formats.PreferencePair.Conversational;
import io.dpostream.pipeline.formats.PreferencePair.Standard;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.sampler.feed.PromptsFile;
import io.dpostream.schemas.FinishReason;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.PairId;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.VerdictKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported can be imported again; and rows become a model's tokens. */
class RoundTripTest {
  private static final Instant NOW = Instant.ofEpochMilli(1000);

  @TempDir private Path dir;

  /** Ids: &lt;s&gt; 0, &lt;/s&gt; 1, then a 2, b 3, c 4, line break 5, space 6. */
  @Test
  void shouldTokenizeTextsAndEndThem() throws IOException {
    Preference standard = encode(new Standard("ab", "c", " c a"));
    assertThat(standard.getPromptTokenIds()).containsExactly(0, 2, 3); // the tokenizer adds <s>
    assertThat(standard.getChosen().getTokenIds()).containsExactly(4, 1);
    assertThat(standard.getRejected().getTokenIds()).containsExactly(6, 4, 6, 2, 1);
    assertThat(standard.getChosen().getFinishReason()).isEqualTo(FinishReason.STOP);
    assertThat(standard.getRejected().getText()).isEqualTo(" c a");
    assertThat(standard.getPrompt().getText()).contains("ab");
    assertThat(standard.getPolicyVersion()).isEqualTo(-1);
  }

  /**
   * The template writes {@code <s>}, every turn and a line break after it, which belongs to the
   * answer as in TRL.
   */
  @Test
  void shouldTakeAConversationsAnswerFromTheChatTemplate() throws IOException {
    Preference chat =
        encode(
            new Conversational(
                List.of(turn("user", "ab")),
                List.of(turn("assistant", "c")),
                List.of(turn("assistant", "cc"))));
    assertThat(chat.getPromptTokenIds()).containsExactly(0, 2, 3, 5); // <s> once
    assertThat(chat.getChosen().getTokenIds()).containsExactly(4, 1, 5);
    assertThat(chat.getRejected().getTokenIds()).containsExactly(4, 4, 1, 5);
    assertThat(chat.getRejected().getText()).isEqualTo("cc");
    assertThat(chat.getPrompt().getMessages()).containsExactly(turn("user", "ab"));
  }

  @Test
  void shouldImportTheSamePreferencesThatItExports() throws IOException {
    for (PreferencePair pair :
        List.of(
            new Standard("a", "b\n\"c\"", " c"),
            new Standard("a", "", "b"),
            new Standard("a", "b", " "),
            new Conversational(
                List.of(turn("user", "b")),
                List.of(turn("assistant", "")),
                List.of(turn("assistant", "c"))),
            new Conversational(
                List.of(turn("system", "a"), turn("user", "b")),
                List.of(turn("assistant", "c")),
                List.of(turn("assistant", "cc"))))) {
      Preference exported = encode(pair);
      Path file = Files.writeString(dir.resolve("out.jsonl"), TrlJson.preference(exported) + "\n");
      List<PreferenceRow> rows = new ArrayList<>();
      PreferenceRow.read(file, PreferenceFormat.AUTO, rows::add);
      assertThat(rows)
          .containsExactly(
              new PreferenceRow(
                  RowPlace.of(1),
                  pair,
                  Optional.of(exported.getPairId()),
                  Optional.of("rows.jsonl:7"),
                  Optional.of(0.5)));
    }
  }

  @Test
  void shouldImportTheSamePromptsThatItExports() throws IOException {
    Prompt text =
        Prompt.newBuilder()
            .setId("one")
            .setText("2+2?")
            .setReferenceAnswer("4")
            .setTags(List.of("sum"))
            .setSource("prompts.jsonl:1")
            .build();
    Prompt chat =
        Prompt.newBuilder()
            .setId("two")
            .setMessages(List.of(turn("user", "hello")))
            .setSource("prompts.jsonl:2")
            .build();
    Path file =
        Files.writeString(
            dir.resolve("prompts.jsonl"), TrlJson.prompt(text) + "\n" + TrlJson.prompt(chat));
    List<Prompt> prompts = new ArrayList<>();
    assertThat(PromptsFile.read(file, prompts::add)).isEqualTo(RowReport.ofLines(2, Map.of()));
    assertThat(prompts).containsExactly(text, chat);
  }

  @Test
  void shouldImportTheSameJudgmentsThatItExports() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("judgments.jsonl"),
            """
            {"pair_id": "p", "content_hash": "h", "judge_id": "j", "verdict": "tie"}
            {"pair_id": "p", "content_hash": "h", "judge_id": "j", "verdict": "first", "attempt": 2, "annotator_id": "ann", "stands_for": 3, "judge_kind": "llm", "confidence": 0.75, "score_margin": 1.5, "rationale": "why", "supersedes": "x", "judge_version": "3"}
            {"pair_id": "p", "content_hash": "h", "judge_id": "j", "verdict": "left"}
            {"pair_id": "p", "content_hash": "h", "judge_id": "j", "verdict": "first", "confidence": 0.2}
            {"pair_id": "p", "content_hash": "h", "judge_id": "j", "verdict": "first", "attempt": 1.5}
            {"pair_id": "p", "content_hash": "h", "judge_id": "j", "verdict": "abstain", "stands_for": 0}
            {"pair_id": "p", "content_hash": "h", "judge_id": "j", "verdict": "tie", "confidence": 0}
            """);
    List<Judgment> judgments = new ArrayList<>();
    RowReport report = JudgmentRow.read(file, NOW, judgments::add);

    assertThat(report.refused())
        .isEqualTo(
            Map.of(
                "verdict is none of [first, second, tie, abstain]", List.of(3),
                "confidence is not in [0.5, 1]", List.of(4),
                "attempt is not a whole number from 1 up", List.of(5),
                "stands_for is not a whole number from 1 up", List.of(6)));
    assertThat(judgments.get(0).getVerdict()).isEqualTo(VerdictKind.TIE);
    assertThat(judgments.get(0).getConfidence()).isEqualTo(0.5);
    assertThat(judgments.get(0).getJudgeKind()).isEqualTo(JudgeKind.HUMAN);
    assertThat(judgments.get(1).getAttempt()).isEqualTo(2);

    Path again =
        Files.writeString(
            dir.resolve("again.jsonl"),
            judgments.stream().map(TrlJson::judgment).map(Object::toString).collect(joining("\n")));
    List<Judgment> read = new ArrayList<>();
    JudgmentRow.read(again, NOW, read::add);
    assertThat(read).isEqualTo(judgments);
  }

  /** A pair's id is what a reward model tells pairs by, and what a correction replaces. */
  @Test
  void shouldGiveEachRowOfAnArrayOnOneLineIdsOfItsOwn() throws IOException {
    String row = "{\"prompt\": \"ab\", \"chosen\": \"c\", \"rejected\": \" c a\"}";
    Path file = Files.writeString(dir.resolve("rows.json"), "[" + row + "," + row + "]");
    List<Preference> encoded = new ArrayList<>();
    try (Tokenizer tokenizer = tokenizer()) {
      PreferenceEncoder encoder = new PreferenceEncoder(tokenizer);
      PreferenceRow.read(
          file,
          PreferenceFormat.AUTO,
          read -> encoded.add(encoder.encode(read, "run", "rows.json", NOW).preference()));
    }

    assertThat(encoded)
        .extracting(preference -> preference.getPrompt().getId())
        .containsExactly("rows.json:1", "rows.json:1#2");
    assertThat(encoded).extracting(Preference::getPairId).doesNotHaveDuplicates();
    assertThat(encoded.get(0).getPairId()).isEqualTo(PairId.of("rows.json", 0, 1, -1, 0));
  }

  private Preference encode(PreferencePair pair) throws IOException {
    try (Tokenizer tokenizer = tokenizer()) {
      PreferenceRow row =
          new PreferenceRow(
              RowPlace.of(7), pair, Optional.empty(), Optional.empty(), Optional.of(0.5));
      return new PreferenceEncoder(tokenizer).encode(row, "run", "rows.jsonl", NOW).preference();
    }
  }

  private Tokenizer tokenizer() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("model"));
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(folder.resolve("tokenizer_config.json"), TOKENIZER_CONFIG);
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.write(folder.resolve("model.safetensors"), new byte[0]); // not read here
    return CheckpointFolder.open(folder).tokenizer();
  }

  private static Message turn(String role, String content) {
    return Fields.message(role, content);
  }

  private static final String CONFIG =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 7,
       "hidden_size": 4, "intermediate_size": 8, "num_hidden_layers": 1,
       "num_attention_heads": 2, "eos_token_id": 1}
      """;

  private static final String TOKENIZER_CONFIG =
      """
      {"bos_token": "<s>", "eos_token": "</s>", "chat_template":
       "{{ bos_token }}{% for m in messages %}{{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{{ '\\n' }}{% endfor %}"}
      """;

  private static final String TOKENIZER =
      """
      {"version": "1.0",
       "added_tokens": [
         {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true},
         {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
          "normalized": false, "special": true}],
       "post_processor": {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
         "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
       "decoder": {"type": "Fuse"},
       "model": {"type": "BPE", "merges": [],
         "vocab": {"<s>": 0, "</s>": 1, "a": 2, "b": 3, "c": 4, "\\n": 5, " ": 6}}}
      """;
}
