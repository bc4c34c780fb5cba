package io.dpostream.pipeline.config;

import io.dpostream.settings.SettingsReader;
import io.dpostream.trainer.CanonicalConfig;
import io.dpostream.trainer.TrainerConfig;
import java.nio.file.Path;

/** Reads the settings that a run's folder has kept, whichever version kept them. */
public final class KeptSettings {
  private KeptSettings() {}

  /**
   * Overlays a run's settings file. Up to release 0.1 it holds every default as if it had been set;
   * a default that has changed since, and that the run's loss does not use, is left out.
   *
   * @throws io.dpostream.settings.UserException if the file cannot be read, is not YAML, or holds
   *     an unknown key
   */
  public static SettingsReader<Settings> over(SettingsReader<Settings> reader, Path file) {
    reader.file(file);
    String section = TrainerConfig.SECTION;
    CanonicalConfig.unusedFormerDefaults(reader.given(section))
        .forEach(key -> reader.unset(section, key));
    return reader;
  }
}
