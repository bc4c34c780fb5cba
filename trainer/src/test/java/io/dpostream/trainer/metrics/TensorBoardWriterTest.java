package io.dpostream.trainer.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardWriterTest {
  /**
   * What the RecordWriter of tensorboard 2.21 writes for the version event at time 1000 and a
   * summary of loss 0.5 at step 300.
   */
  private static final String EXPECTED =
      "1800000000000000a37f4b22090000000000408f401a0d627261696e2e4576656e743a3273ae6b56"
          + "1b000000000000001a0d9e13090000000000408f4010ac022a0d0a0b0a046c6f7373150000003f"
          + "cf73d0ff";

  @TempDir Path folder;

  @Test
  void shouldWriteTensorBoardsBytes() throws IOException {
    Instant now = Instant.ofEpochSecond(1000);
    try (TensorBoardWriter writer = TensorBoardWriter.create(folder, now)) {
      writer.scalars(now, 300, Map.of("loss", 0.5));
    }
    assertThat(HexFormat.of().formatHex(Files.readAllBytes(only()))).isEqualTo(EXPECTED);
  }

  @Test
  void shouldKeepAnEarlierFile() {
    Instant now = Instant.ofEpochSecond(1000);
    TensorBoardWriter.create(folder, now).close();
    TensorBoardWriter.create(folder, now).close();
    assertThat(folder).isDirectoryContaining(file -> file.toString().endsWith(".dpo.1"));
  }

  private Path only() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }
}
