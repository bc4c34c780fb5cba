package io.dpostream.tinymodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.ExitCode;

class CorpusCommandTest {
  @TempDir Path scratch;

  @Test
  void shouldRefuseAFolderThatExistsInOneLine() {
    StringWriter err = new StringWriter();

    int code = CorpusCommand.run(new PrintWriter(err, true), "--out", scratch.toString());

    assertThat(code).isEqualTo(ExitCode.SOFTWARE);
    assertThat(err.toString()).contains(scratch + " exists already").hasLineCount(1);
    assertThat(scratch).isEmptyDirectory();
  }
}
