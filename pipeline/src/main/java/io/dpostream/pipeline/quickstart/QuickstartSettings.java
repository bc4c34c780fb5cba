package io.dpostream.pipeline.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.settings.SettingsReader;
import java.io.IOException;
import java.io.InputStream;

/** Settings with which the shipped model is trained. */
public final class QuickstartSettings {

  private static final String FILE = "quickstart.yaml";

  private QuickstartSettings() {}

  /**
   * Reads the settings in {@code quickstart.yaml}, with the paths of model and prompts filled in.
   */
  public static SettingsReader<Settings> of(TinyModel model) throws IOException {
    try (InputStream in = QuickstartSettings.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its resource " + FILE);
      }
      return Settings.reader()
          .yaml(new String(in.readAllBytes(), UTF_8), FILE)
          .set("run.model", model.model().toString())
          .set("prompts.file", model.prompts().toString())
          .set("evaluation.prompts", model.heldOut().toString());
    }
  }
}
