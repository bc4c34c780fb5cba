package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.settings.SettingsReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code dpo config}, which shows the configuration. */
@Command(
    name = "config",
    description = "Show the settings.",
    subcommands = ConfigCommand.Show.class)
final class ConfigCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command: dpo config show");
  }

  /** The command {@code dpo config show}, which prints every key with its effective value. */
  @Command(name = "show", description = "Print every setting with its effective value, as YAML.")
  static final class Show implements Runnable {

    @Spec private CommandSpec spec;
    @Mixin private SettingsOptions options;

    @Override
    public void run() {
      SettingsReader<Settings> reader = options.reader();
      reader.read();
      spec.commandLine().getOut().print(reader.yaml());
      spec.commandLine().getOut().flush();
    }
  }
}
