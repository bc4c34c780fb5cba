package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.MeasuredRun;
import io.dpostream.pipeline.run.Shutdown;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code dpo up}, which runs all services of a run in one process. */
@Command(
    name = "up",
    description =
        "Run all services of a run in one process, on a broker of its own or an external Kafka.")
final class UpCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions options;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the run keeps everything; runs/<run.id> when not given.")
  private Optional<Path> dir = Optional.empty();

  @Override
  public Integer call() throws Exception {
    RunSetup setup = RunSetup.of(options, dir);
    Settings settings = setup.settings();
    Logs.quietTerminal();
    PrintWriter out = spec.commandLine().getOut();
    long last =
        settings.trainer().cadence().maxSteps() == 0
            ? Long.MAX_VALUE
            : settings.trainer().cadence().maxSteps();
    try (Shutdown shutdown = Shutdown.interruptsCurrentThread()) {
      new MeasuredRun(setup.folder(), settings, out, Terminal.isInteractive()).run(now -> last);
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      out.printf("stopped; the same command continues from here%n");
      return ExitCode.FAILED;
    }
  }
}
