package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.settings.SettingsReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dpo config}: what is configured. */
@Command(name = "config", description = "Settings.", subcommands = ConfigCommand.Show.class)
final class ConfigCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command: dpo config show");
  }

  /** {@code dpo config show}: every key with the value it would have. */
  @Command(name = "show", description = "Every setting with the value it would have, as YAML.")
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
