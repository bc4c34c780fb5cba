package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.policy.TinyFolder;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.model.ModelConfig.Head;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointWriterTest {
  private static final CheckpointWriter.WeightsFile WEIGHTS =
      file -> Files.writeString(file, "weights");

  @TempDir Path scratch;
  private CheckpointFolder source;

  @BeforeEach
  void writeSource() throws IOException {
    source = CheckpointFolder.open(TinyFolder.writeTo(scratch.resolve("source")));
  }

  @Test
  void shouldCopyAllThatTheModelNeedsBesideItsWeights() throws IOException {
    Path target = scratch.resolve("deep/er/written");

    new CheckpointWriter(source).write(target, WEIGHTS);

    try (Stream<Path> files = Files.list(target)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "config.json",
              "generation_config.json",
              "model.safetensors",
              "tokenizer.json",
              "tokenizer_config.json");
    }
    assertThat(target.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(source.path().resolve("tokenizer.json"));
    JsonNode config = new ObjectMapper().readTree(target.resolve("config.json").toFile());
    assertThat(config.path("torch_dtype").asText()).isEqualTo("float32");
    assertThat(config.path("initializer_range").asDouble()).isEqualTo(0.02);
  }

  @Test
  void shouldLeaveNothingBehindWhenTheWeightsCannotBeWritten() throws IOException {
    Path target = scratch.resolve("out/written");

    assertThatThrownBy(
            () ->
                new CheckpointWriter(source)
                    .write(
                        target,
                        file -> {
                          Files.writeString(file, "half of the wei");
                          throw new IOException("No space left on device");
                        }))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(target.toString())
        .hasMessageContaining("No space left on device");
    assertThat(target.getParent()).isEmptyDirectory();
  }

  @Test
  void shouldShowNothingUnderItsNameBeforeItIsComplete() {
    Path target = scratch.resolve("written");

    new CheckpointWriter(source)
        .write(
            target,
            file -> {
              Files.writeString(file, "weights");
              assertThat(target).doesNotExist();
              assertThat(file.getParent().getParent()).isEqualTo(target.getParent());
            });

    assertThat(target.resolve("model.safetensors")).hasContent("weights");
  }

  @Test
  void shouldNeverChangeAFolderThatIsThere() {
    Path target = scratch.resolve("written");
    new CheckpointWriter(source).write(target, WEIGHTS);

    assertThatThrownBy(
            () ->
                new CheckpointWriter(source)
                    .write(target, file -> Files.writeString(file, "others")))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("exists already");
    assertThat(target.resolve("model.safetensors")).hasContent("weights");
  }

  @Test
  void shouldWriteAModelWithAnotherHead() {
    Path target = scratch.resolve("reward");
    ModelConfig reward = source.config().withHead(Head.SEQUENCE_CLASSIFICATION);

    new CheckpointWriter(source, reward).write(target, WEIGHTS);

    ModelConfig written = CheckpointFolder.open(target).config();
    assertThat(written.head()).isEqualTo(Head.SEQUENCE_CLASSIFICATION);
    assertThat(written.torchDtype()).isEqualTo("float32");
  }
}
