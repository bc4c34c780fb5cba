package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.PrivateFile;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings and the folder from which a command that runs services starts.
 *
 * @param folder the run's folder, created if missing; settings and log are written to it
 */
record RunSetup(Settings settings, RunFolder folder) {

  /**
   * Reads the settings, with local state below the run's folder unless it is set elsewhere.
   *
   * @param dir the run's folder; runs/run.id when absent
   */
  static RunSetup of(SettingsOptions options, Optional<Path> dir) throws IOException {
    String runId = options.over(Settings.reader()).read().run().id();
    RunFolder folder = RunFolder.open(dir.orElseGet(() -> Path.of("runs", runId)));
    return write(options.over(withState(Settings.reader(), folder)), folder);
  }

  /** Reads the settings on top of others than the defaults. */
  static RunSetup of(SettingsOptions options, RunFolder folder, SettingsReader<Settings> base)
      throws IOException {
    return write(options.over(withState(base, folder)), folder);
  }

  private static SettingsReader<Settings> withState(
      SettingsReader<Settings> reader, RunFolder folder) {
    return reader.set("assembler.state_dir", folder.assembler().toString());
  }

  private static RunSetup write(SettingsReader<Settings> reader, RunFolder folder)
      throws IOException {
    Settings settings = reader.read();
    keep(reader, folder);
    return new RunSetup(settings, folder);
  }

  /**
   * Writes what was set into the folder, and from now on the log. Defaults are left to the release
   * that goes on with the run, but for {@code threads}, which differs between machines while the
   * run's weights depend on it.
   */
  static void keep(SettingsReader<Settings> reader, RunFolder folder) throws IOException {
    reader.set("threads=" + reader.read().threads());
    PrivateFile.write(folder.settings(), reader.givenYaml());
    Logs.toFile(folder.log());
  }
}
