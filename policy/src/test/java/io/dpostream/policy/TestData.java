package io.dpostream.policy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/** The folder of real models and texts that {@code -Ddpo.test.data} names. */
public final class TestData {
  private TestData() {}

  /** A path inside the folder; the test is skipped when no folder is given. */
  public static Path path(String relative) {
    String folder = System.getProperty("dpo.test.data", "");
    assumeTrue(!folder.isEmpty(), "no test data: run with -Ddpo.test.data=FOLDER");
    return Path.of(folder, relative);
  }
}
