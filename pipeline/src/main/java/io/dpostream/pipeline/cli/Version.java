package io.dpostream.pipeline.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Reads the program's version, which the build recorded. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() throws IOException {
    Properties build = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("/dpo.properties")) {
      if (in == null) {
        throw new IOException("dpo.properties is missing from the class path");
      }
      build.load(in);
    }
    return new String[] {
      "dpo " + build.getProperty("version") + " (Java " + System.getProperty("java.version") + ")"
    };
  }
}
