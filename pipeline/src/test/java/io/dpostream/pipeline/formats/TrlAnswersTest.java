package io.dpostream.pipeline.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.dpostream.files.RowPlace;
import io.dpostream.files.RowRefusedException;
import io.dpostream.files.RowReport;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.schemas.Preference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rows and TRL 1.16's token ids come from {@code benchmarks/peers/trl/answers.py}, which also
 * made the tokenizers; {@code -Ddpo.answers=FOLDER} compares others that it wrote.
 */
class TrlAnswersTest {
  private static final Path ANSWERS =
      Path.of(System.getProperty("dpo.answers", "src/test/resources/answers"));
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectWriter ESCAPED =
      JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII); // keeps half of a surrogate pair
  private static final List<String> SPECIAL =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<s>", "</s>", "<unk>");

  /** Rows that TRL trains on though nothing can be learned from them. */
  private static final Set<String> REFUSED_HERE_ALONE =
      Set.of(
          "chosen and rejected are alike",
          "chosen and rejected have the same token ids",
          "the prompt has no token that it does not share with an answer; give it more text",
          "chosen is empty",
          "rejected is empty");

  private static final Map<String, Tokenizer> TOKENIZERS = new HashMap<>();

  @TempDir private Path dir;

  @BeforeAll
  static void load() throws IOException {
    try (Stream<Path> folders = Files.list(ANSWERS)) {
      folders
          .filter(Files::isDirectory)
          .forEach(
              folder -> TOKENIZERS.put(folder.getFileName().toString(), Tokenizer.load(folder)));
    }
  }

  @AfterAll
  static void close() {
    TOKENIZERS.values().forEach(Tokenizer::close);
  }

  @Test
  void shouldGiveTheTokenIdsOfTrl() throws IOException {
    int equal = 0;
    for (Golden golden : goldens()) {
      Result result = encode(golden.tokenizer(), golden.row());
      if (golden.ids().isEmpty()) {
        assertThat(result.preference()).as("TRL refuses %s", golden).isEmpty();
      } else if (result.preference().isPresent()) {
        assertThat(ids(result.preference().get())).as("%s", golden).isEqualTo(golden.ids());
        equal++;
      } else {
        assertThat(REFUSED_HERE_ALONE).as("%s", golden).contains(result.refusal());
      }
    }
    assertThat(equal).isGreaterThan(270);
  }

  @Test
  void shouldTellApartWhatItAcceptsAndKeepItsText() throws IOException {
    int whole = 0;
    for (Golden golden : goldens()) {
      Optional<Preference> accepted = encode(golden.tokenizer(), golden.row()).preference();
      if (accepted.isEmpty()) {
        continue;
      }
      Preference preference = accepted.get();
      assertThat(preference.getChosen().getTokenIds())
          .as("%s", golden)
          .isNotEqualTo(preference.getRejected().getTokenIds());
      if (golden.keepsText()) {
        for (String side : List.of("chosen", "rejected")) {
          assertThat(normal(decoded(golden.tokenizer(), preference, side)))
              .as("%s of %s", side, golden)
              .isEqualTo(
                  normal(
                      golden.row().get("prompt").textValue() + golden.row().get(side).textValue()));
          whole++;
        }
      }
    }
    assertThat(whole).isGreaterThan(150);
  }

  @Test
  void shouldNameWhyARowIsRefused() throws IOException {
    assertThat(refusal("no-eos", "{'prompt': 'a', 'chosen': 'b', 'rejected': 'c'}"))
        .contains("the tokenizer has no eos_token");
    assertThat(
            refusal(
                "no-eos",
                "{'prompt': [{'role': 'user', 'content': 'a'}], 'chosen': [{'role': 'assistant',"
                    + " 'content': 'b'}], 'rejected': [{'role': 'assistant', 'content': 'c'}]}"))
        .contains("'eos_token' is undefined");
    assertThat(refusal("bytes", "{'prompt': 'a\\ud83d', 'chosen': 'b', 'rejected': 'c'}"))
        .isEqualTo("prompt has half of a surrogate pair, which is no character");
    assertThat(refusal("bytes", "{'prompt': 'cafe', 'chosen': '\\u00e9', 'rejected': 'e\\u0301'}"))
        .isEqualTo("chosen and rejected have the same token ids");
    assertThat(
            refusal(
                "bytes", "{'prompt': 'a', 'chosen': 'b', 'rejected': 'c', 'tools': [{'a': 1}]}"))
        .contains("stand beside text");
    String dialogue =
        "{'prompt': [{'role': 'user', 'content': 'a'}], 'chosen': [{'role': 'assistant', 'content':"
            + " 'b'}], 'rejected': [{'role': 'assistant', 'content': 'c'}], %s}";
    assertThat(refusal("bytes", dialogue.formatted("'tools': 'no JSON'")))
        .isEqualTo("tools: tools are text that is not JSON");
    assertThat(refusal("bytes", dialogue.formatted("'tools': [7]")))
        .isEqualTo("tools: tools are not a list of objects");
    assertThat(refusal("bytes", dialogue.formatted("'chat_template_kwargs': {'tokenize': false}")))
        .contains("chat_template_kwargs has tokenize, which is no variable");
    assertThat(refusal("bytes", dialogue.formatted("'chat_template_kwargs': 7")))
        .isEqualTo("chat_template_kwargs is not an object");
  }

  /** Accents that a tokenizer composes make two texts one. */
  @Test
  void shouldNotLetARewardModelLearnFromEqualTokens() {
    RewardPairEncoder encoder = new RewardPairEncoder(new AnswerEncoder(TOKENIZERS.get("bytes")));
    PreferenceRow row =
        new PreferenceRow(
            RowPlace.of(1),
            new PreferencePair.Standard("caf", "\u00e9", "e\u0301"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThatThrownBy(() -> encoder.encode(row))
        .isInstanceOf(RowRefusedException.class)
        .hasMessage("chosen and rejected have the same token ids");
  }

  /** What a record keeps of a conversation must be enough to read the same row again. */
  @Test
  void shouldExportRowsThatGiveTheSameTokens() throws IOException {
    int compared = 0;
    for (Golden golden : goldens()) {
      Optional<Preference> first = encode(golden.tokenizer(), golden.row()).preference();
      if (first.isPresent()) {
        JsonNode exported = TrlJson.preference(first.get());
        Preference again = encode(golden.tokenizer(), exported).preference().orElseThrow();
        assertThat(ids(again)).as("%s", golden).isEqualTo(ids(first.get()));
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(270);
  }

  private String refusal(String tokenizer, String row) throws IOException {
    return encode(tokenizer, JSON.readTree(row.replace('\'', '"'))).refusal();
  }

  private Result encode(String tokenizer, JsonNode row) throws IOException {
    Path file = dir.resolve("row.jsonl");
    Files.writeString(file, ESCAPED.writeValueAsString(row), StandardCharsets.US_ASCII);
    PreferenceEncoder encoder = new PreferenceEncoder(TOKENIZERS.get(tokenizer));
    List<Preference> accepted = new ArrayList<>();
    RowReport report =
        PreferenceRow.read(
            file,
            PreferenceFormat.AUTO,
            r -> accepted.add(encoder.encode(r, "run", "file", Instant.EPOCH).preference()));
    return accepted.isEmpty()
        ? new Result(Optional.empty(), report.refused().keySet().iterator().next())
        : new Result(Optional.of(accepted.get(0)), "");
  }

  private static String decoded(String tokenizer, Preference preference, String side) {
    List<Integer> answer =
        (side.equals("chosen") ? preference.getChosen() : preference.getRejected()).getTokenIds();
    return TOKENIZERS
        .get(tokenizer)
        .decode(
            IntStream.concat(
                    preference.getPromptTokenIds().stream().mapToInt(id -> id),
                    answer.stream().mapToInt(id -> id))
                .toArray());
  }

  /** Byte-level tokenizers compose accents, and decoding leaves special tokens out. */
  private static String normal(String text) {
    String plain = text;
    for (String special : SPECIAL) {
      plain = plain.replace(special, "");
    }
    return Normalizer.normalize(plain, Normalizer.Form.NFC);
  }

  private static Map<String, List<Integer>> ids(Preference preference) {
    return Map.of(
        "prompt", preference.getPromptTokenIds(),
        "chosen", preference.getChosen().getTokenIds(),
        "rejected", preference.getRejected().getTokenIds());
  }

  private static List<Golden> goldens() throws IOException {
    List<Golden> goldens = new ArrayList<>();
    try (Stream<String> lines = Files.lines(ANSWERS.resolve("golden.jsonl"))) {
      for (String line : (Iterable<String>) lines::iterator) {
        goldens.add(Golden.of(JSON.readTree(line)));
      }
    }
    return goldens;
  }

  private record Result(Optional<Preference> preference, String refusal) {}

  /**
   * A row with TRL's ids by side.
   *
   * @param ids empty where TRL refuses the row
   */
  private record Golden(String tokenizer, JsonNode row, Map<String, List<Integer>> ids) {
    static Golden of(JsonNode line) {
      Map<String, List<Integer>> ids = new HashMap<>();
      for (String side : List.of("prompt", "chosen", "rejected")) {
        if (line.has(side)) {
          ids.put(
              side,
              StreamSupport.stream(line.get(side).spliterator(), false)
                  .map(JsonNode::intValue)
                  .toList());
        }
      }
      return new Golden(line.get("tokenizer").textValue(), line.get("row"), ids);
    }

    /**
     * SentencePiece writes no space before a text, so around special tokens spaces come and go; and
     * transformers' Llama class takes a space that begins a text for the one that is never written.
     */
    boolean keepsText() {
      String text =
          row.path("prompt").asText() + row.path("chosen").asText() + row.path("rejected").asText();
      boolean special = SPECIAL.stream().anyMatch(text::contains);
      return row.path("prompt").isTextual()
          && (tokenizer.equals("bytes") || !special)
          && !(tokenizer.equals("llama-class") && text.startsWith(" "));
    }
  }
}
