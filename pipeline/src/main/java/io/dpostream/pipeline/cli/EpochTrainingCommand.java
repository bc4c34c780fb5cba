package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.epoch.BatchLoss;
import io.dpostream.trainer.epoch.EpochStep;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that trains a model for some epochs and writes the result as a new model. */
abstract class EpochTrainingCommand implements Callable<Integer> {
  private static final int REPORT_STEPS = 50;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Hugging Face folder to start from.")
  private Path model = Path.of("");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new folder for the trained model.")
  private Path out = Path.of("");

  @Option(names = "--config", paramLabel = "FILE", description = "Settings as YAML.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as ${COMMAND-NAME}.learning_rate=1e-4; wins over the file.")
  private List<String> assignments = List.of();

  /** Reads the data, trains, and writes the model into {@code out}, which does not exist yet. */
  abstract void train(CheckpointFolder folder, Settings settings, Path out);

  @Override
  public final Integer call() {
    SettingsReader<Settings> reader = Settings.reader();
    file.ifPresent(reader::file);
    assignments.forEach(reader::set);
    Settings settings = reader.read();
    CheckpointFolder folder = CheckpointFolder.open(model);
    if (Files.exists(out)) {
      throw new UserException(out + ": exists already; give --out another name");
    }
    train(folder, settings, out);
    out().println(out);
    return ExitCode.DONE;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Tells of every fiftieth step and of the last one. */
  final void report(EpochStep<? extends BatchLoss> step, String measured) {
    if (step.step() % REPORT_STEPS == 0 || step.step() == step.steps()) {
      out()
          .printf(
              Locale.ROOT,
              "step %d/%d loss %.4f%s grad_norm %.3f learning_rate %.2e%n",
              step.step(),
              step.steps(),
              step.loss(),
              measured,
              step.gradNorm(),
              step.learningRate());
    }
  }
}
