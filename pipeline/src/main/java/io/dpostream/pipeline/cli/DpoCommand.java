package io.dpostream.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of all commands: {@code dpo}. */
@Command(
    name = "dpo",
    description = "Keeps a language model learning from preferences while it is in use.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    usageHelpAutoWidth = true,
    subcommands = {
      QuickstartCommand.class,
      UpCommand.class,
      ServiceCommand.Sampler.class,
      ServiceCommand.Judge.class,
      ServiceCommand.Trainer.class,
      OfflineCommand.class,
      ReplayCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      StatusCommand.class,
      RepairCommand.class,
      VersionsCommand.class,
      LineageCommand.class,
      EvaluateCommand.class,
      SftCommand.class,
      RewardCommand.class,
      ConfigCommand.class
    })
final class DpoCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show stack traces and the libraries' logs.")
  private boolean verbose;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command; dpo --help lists them");
  }

  /**
   * Whether {@code --verbose} was given anywhere on the command line that {@code command} belongs
   * to.
   */
  static boolean isVerbose(CommandLine command) {
    CommandLine root = command;
    while (root.getParent() != null) {
      root = root.getParent();
    }
    return root.getCommand() instanceof DpoCommand dpo && dpo.verbose;
  }
}
