package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.quickstart.QuickstartSettings;
import io.dpostream.pipeline.quickstart.TinyModel;
import io.dpostream.pipeline.run.MeasuredRun;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.pipeline.run.Shutdown;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code dpo quickstart}, which runs the whole loop on this machine. */
@Command(
    name = "quickstart",
    description = {
      "Run the whole loop on this machine: a broker, the shipped tiny model, and all services.",
      "A second run in the same folder continues where the first stopped."
    })
final class QuickstartCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions options;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the run keeps everything; a new folder below runs/ when not given.")
  private Optional<Path> dir = Optional.empty();

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "160",
      description = "Optimizer steps to take; ${DEFAULT-VALUE} when not given.")
  private long steps;

  @Override
  public Integer call() throws Exception {
    if (steps < 1) {
      throw new ParameterException(
          spec.commandLine(), "--steps: " + steps + " is not possible; give a positive number");
    }
    RunFolder folder = RunFolder.open(dir.orElseGet(QuickstartCommand::newFolder));
    TinyModel model = TinyModel.install(folder.model());
    RunSetup setup = RunSetup.of(options, folder, QuickstartSettings.of(model));
    Logs.quietTerminal();
    PrintWriter out = spec.commandLine().getOut();
    out.printf("run in %s%n%n", folder.path());
    out.flush();
    try (Shutdown shutdown = Shutdown.interruptsCurrentThread()) {
      new MeasuredRun(folder, setup.settings(), out, Terminal.isInteractive())
          .run(now -> now + steps);
      out.printf(
          "%nfull report in %s; continue with: dpo quickstart --dir %s%n",
          folder.report(), folder.path());
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      out.printf("%nstopped; continue with: dpo quickstart --dir %s%n", folder.path());
      return ExitCode.FAILED;
    } finally {
      out.flush();
    }
  }

  private static Path newFolder() {
    String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    return Path.of("runs", "quickstart-" + time);
  }
}
