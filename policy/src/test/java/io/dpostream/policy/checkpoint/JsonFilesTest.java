package io.dpostream.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFilesTest {
  @TempDir private Path folder;

  @Test
  void shouldSayWhereAFileThatIsCutShortBegan() throws IOException {
    Path cut = Files.writeString(folder.resolve("config.json"), "{\n \"vocab_size\": 7");

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> JsonFiles.readObject(cut))
        .withMessageContaining(
            "malformed JSON: Unexpected end-of-input: expected close marker for Object, which began"
                + " on line 1; restore the file")
        .withMessageNotContainingAny("Source", "REDACTED");
  }
}
