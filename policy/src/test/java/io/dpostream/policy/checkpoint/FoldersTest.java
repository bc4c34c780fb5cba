package io.dpostream.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir Path scratch;

  @Test
  void shouldDeleteEverythingInAFolderAndNothingBesideIt() throws IOException {
    Path folder = Files.createDirectories(scratch.resolve("doomed/deep/deeper"));
    Files.writeString(folder.resolve("file"), "x");
    Path beside = Files.writeString(scratch.resolve("doomed-not"), "x");

    Folders.delete(scratch.resolve("doomed"));

    assertThat(scratch.resolve("doomed")).doesNotExist();
    assertThat(beside).exists();
  }

  @Test
  void shouldDeleteALinkAndLeaveWhatItPointsTo() throws IOException {
    Path kept = Files.createDirectory(scratch.resolve("kept"));
    Files.writeString(kept.resolve("file"), "x");
    Path doomed = Files.createDirectory(scratch.resolve("doomed"));
    Files.createSymbolicLink(doomed.resolve("link"), kept);

    Folders.delete(doomed);

    assertThat(doomed).doesNotExist();
    assertThat(kept.resolve("file")).exists();
  }

  @Test
  void shouldDoNothingWhereThereIsNoFolder() {
    Folders.delete(scratch.resolve("none"));

    assertThat(scratch).isEmptyDirectory();
  }
}
