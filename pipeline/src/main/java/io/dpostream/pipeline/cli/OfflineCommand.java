package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.pipeline.offline.OfflineInput;
import io.dpostream.pipeline.offline.OfflineRun;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.pipeline.run.Shutdown;
import io.dpostream.settings.SettingsReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code dpo offline}, which trains a policy on a file or on a recorded topic. */
@Command(
    name = "offline",
    description = {
      "Train on a file of preferences, or on a recorded topic between two places on it.",
      "The same command continues after an interruption; dpo replay --dir OUT verifies the run."
    })
final class OfflineCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SettingsOptions options;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Hugging Face folder to start from; short for --set run.model.")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--reference",
      paramLabel = "DIR",
      description = "Hugging Face folder of the reference; the model when not given.")
  private Optional<String> reference = Optional.empty();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description =
          "Folder for steps.jsonl, the resulting policy and everything else that the run keeps.")
  private Path out = Path.of("");

  @Option(
      names = "--preferences",
      paramLabel = "FILE",
      description =
          "JSON Lines or one array, plain or .gz, or Parquet; goes through a broker kept in --out.")
  private Optional<Path> preferences = Optional.empty();

  @Option(
      names = "--format",
      description =
          "Format of the file: ${COMPLETION-CANDIDATES}; detected row by row when not given.")
  private Optional<PreferenceFormat> format = Optional.empty();

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description = "A recorded topic, on --bootstrap-server or in the broker of --dir.")
  private Optional<String> topic = Optional.empty();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The run whose own broker holds the topic.")
  private Optional<Path> dir = Optional.empty();

  @Option(
      names = "--from",
      paramLabel = "PLACE",
      description = "First offset (17, or 0:17,1:4 by partition) or time; the beginning if absent.")
  private Optional<String> from = Optional.empty();

  @Option(
      names = "--to",
      paramLabel = "PLACE",
      description =
          "End offset or time, exclusive; the current end if absent. Both are resolved once.")
  private Optional<String> to = Optional.empty();

  @Override
  public Integer call() throws Exception {
    OfflineInput input = input();
    SettingsReader<Settings> reader = reader();
    Settings settings = reader.read();
    input.requireReachable(settings);
    RunFolder folder = RunFolder.open(out);
    Logs.quietTerminal();
    PrintWriter terminal = spec.commandLine().getOut();
    try (Shutdown shutdown = Shutdown.interruptsCurrentThread()) {
      new OfflineRun(settings, folder, input, terminal).run(() -> RunSetup.keep(reader, folder));
      terminal.printf("verify it with: dpo replay --dir %s%n", out);
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      terminal.printf("stopped; the same command continues from here%n");
      return ExitCode.FAILED;
    } finally {
      terminal.flush();
    }
  }

  private OfflineInput input() {
    if (preferences.isPresent() == topic.isPresent()) {
      throw usage("give either --preferences FILE or --topic NAME");
    }
    if (preferences.isPresent()) {
      refuse(dir.isPresent(), "--dir", "--topic");
      refuse(from.isPresent(), "--from", "--topic");
      refuse(to.isPresent(), "--to", "--topic");
      return new OfflineInput.File(preferences.get(), format.orElse(PreferenceFormat.AUTO));
    }
    refuse(format.isPresent(), "--format", "--preferences");
    return new OfflineInput.Recorded(topic.orElseThrow(), from, to);
  }

  private void refuse(boolean given, String option, String companion) {
    if (given) {
      throw usage(option + ": goes with " + companion + " alone");
    }
  }

  private ParameterException usage(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  private SettingsReader<Settings> reader() {
    SettingsReader<Settings> reader = options.over(OfflineRun.defaults(out));
    model.ifPresent(folder -> reader.set("run.model", folder));
    reference.ifPresent(folder -> reader.set("run.reference", folder));
    dir.ifPresent(folder -> reader.set("broker.dir", clusterOf(folder).toString()));
    return reader;
  }

  private static Path clusterOf(Path dir) {
    return new RunFolder(dir.toAbsolutePath().normalize()).requireCluster();
  }
}
