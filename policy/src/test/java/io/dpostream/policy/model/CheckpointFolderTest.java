package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.TinyFolder;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.checkpoint.Safetensors;
import io.dpostream.policy.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFolderTest {
  @TempDir Path folder;

  @BeforeEach
  void writeFolder() {
    TinyFolder.write(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "tokenizer.json", "model.safetensors"})
  void shouldNameTheFileThatIsMissing(String name) throws IOException {
    Files.delete(folder.resolve(name));

    assertThatThrownBy(() -> CheckpointFolder.open(folder))
        .isInstanceOf(CheckpointException.class)
        .message()
        .startsWith(folder.toString())
        .contains(name)
        .doesNotContain("\n");
  }

  @Test
  void shouldNameTheShardThatIsMissing() throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"model.safetensors\", \"b\": \"model-00002.safetensors\"}}");

    assertThatThrownBy(() -> CheckpointFolder.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("no model-00002.safetensors in it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc/passwd", "/etc/passwd", "a/b", "..", ".hidden", "a\\\\b", ""})
  void shouldOpenNoFileOutsideTheFolder(String shard) throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"" + shard + "\"}}");

    for (ThrowingCallable open :
        List.<ThrowingCallable>of(
            () -> CheckpointFolder.open(folder), () -> Safetensors.openFolder(folder))) {
      assertThatThrownBy(open)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("places a in")
          .hasMessageContaining("not the plain name of a file beside it");
    }
  }

  @Test
  void shouldRefuseAnArchitectureThatItDoesNotRun() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"gpt2\"}");

    assertThatThrownBy(() -> CheckpointFolder.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("model_type 'gpt2' is not supported");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"eos_token_id\": [1, 5]}; 1 5",
        "{\"eos_token_id\": 5}; 1 5", // 1 is the tokenizer's, with which answers to learn from end
        "{\"temperature\": 1}; 1", // config.json's own
      })
  void shouldReadTheTokensThatEndACompletion(String generationConfig, String ids)
      throws IOException {
    Files.writeString(folder.resolve("generation_config.json"), generationConfig);

    CheckpointFolder checkpoint = CheckpointFolder.open(folder);
    try (Tokenizer tokenizer = checkpoint.tokenizer()) {
      assertThat(checkpoint.generationDefaults(tokenizer).eosTokenIds())
          .map(String::valueOf)
          .containsExactlyInAnyOrder(ids.split(" "));
    }
  }

  @Test
  void shouldRefuseAnEndTokenThatIsNoId() throws IOException {
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": \"</s>\"}");

    CheckpointFolder checkpoint = CheckpointFolder.open(folder);
    try (Tokenizer tokenizer = checkpoint.tokenizer()) {
      assertThatThrownBy(() -> checkpoint.generationDefaults(tokenizer))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("is not a token id");
    }
  }
}
