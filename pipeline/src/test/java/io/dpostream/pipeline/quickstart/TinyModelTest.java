package io.dpostream.pipeline.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.ChatMessage;
import io.dpostream.policy.text.Conversation;
import io.dpostream.policy.text.PromptEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.tinymodel.UntrainedModel;
import io.dpostream.tinymodel.corpus.Corpus;
import io.dpostream.tinymodel.corpus.CorpusFiles;
import io.dpostream.tinymodel.corpus.CorpusOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TinyModelTest {
  @TempDir Path scratch;
  private TinyModel tiny;
  private CheckpointFolder folder;

  @BeforeEach
  void install() throws IOException {
    tiny = TinyModel.install(scratch.resolve("tiny"));
    folder = CheckpointFolder.open(tiny.model());
  }

  @Test
  void shouldBeASmallLlama() throws IOException {
    assertThat(folder.config().family().modelType()).isEqualTo("llama");
    assertThat(Files.size(tiny.model().resolve("model.safetensors"))).isLessThan(3_000_000);
    try (Stream<Path> files = Files.walk(scratch)) {
      long bytes =
          files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      assertThat(bytes).isLessThan(4_000_000);
    }
  }

  @Test
  void shouldEncodeAQuestionAndDecodeItsAnswer() {
    try (Tokenizer tokenizer = folder.tokenizer()) {
      int[] end = tokenizer.encode("<|end|>", false);
      PromptEncoder encoder = new PromptEncoder(tokenizer);
      int[] prompt =
          encoder.encodeMessages(
              new Conversation(List.of(new ChatMessage("user", "What is the capital of Peru?"))));

      assertThat(tokenizer.decode(prompt)).isEqualTo("What is the capital of Peru?");
      assertThat(prompt)
          .startsWith(tokenizer.encode("<|begin|>", false))
          .endsWith(tokenizer.encode("<|assistant|>", false));
      assertThat(tokenizer.vocabSize()).isEqualTo(folder.config().vocabSize());
      for (String text : List.of("Grüße, 世界!", "  two  spaces\n", "12, 13")) {
        assertThat(tokenizer.decode(tokenizer.encode(text, false))).isEqualTo(text);
      }
      assertThat(end).hasSize(1);
      assertThat(folder.generationDefaults(tokenizer).eosTokenIds()).isEqualTo(Set.of(end[0]));
    }
  }

  /** What is shipped is what the module {@code tinymodel} makes. */
  @Test
  void shouldComeWithThePromptsOfItsCorpus() throws IOException {
    Corpus corpus = Corpus.generate(CorpusOptions.defaults());
    Path again = Files.createDirectory(scratch.resolve("again"));
    CorpusFiles.write(corpus, again);
    UntrainedModel.write(corpus, CorpusOptions.defaults().seed(), again.resolve("untrained"));

    assertThat(tiny.prompts()).hasSameTextualContentAs(again.resolve(CorpusFiles.PREFERENCE));
    assertThat(tiny.heldOut()).hasSameTextualContentAs(again.resolve(CorpusFiles.HELD_OUT));
    assertThat(tiny.model().resolve("tokenizer.json"))
        .hasSameTextualContentAs(again.resolve("untrained/tokenizer.json"));
  }

  @Test
  void shouldLeaveAnInstalledModelAsItIs() throws IOException {
    Files.writeString(tiny.prompts(), "mine");

    TinyModel.install(scratch.resolve("tiny"));

    assertThat(tiny.prompts()).hasContent("mine");
  }
}
