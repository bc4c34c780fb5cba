package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.evaluation.Evaluation;
import io.dpostream.pipeline.evaluation.Summary;
import io.dpostream.pipeline.run.Loop;
import io.dpostream.pipeline.run.Measurement;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The command {@code dpo evaluate}, which measures a policy against its reference as a run's end
 * does.
 */
@Command(
    name = "evaluate",
    description = {
      "Compare a policy with its reference on held-out prompts.",
      "Both are sampled with the settings under sampler, and compared by evaluation.judge."
    })
final class EvaluateCommand implements Callable<Integer> {

  private static final int EXAMPLES = 6;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "The policy's Hugging Face folder.")
  private Path model = Path.of("");

  @Option(
      names = "--reference",
      required = true,
      paramLabel = "DIR",
      description = "The reference's Hugging Face folder.")
  private Path reference = Path.of("");

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description = "File of held-out prompts; short for --set evaluation.prompts.")
  private Optional<Path> prompts = Optional.empty();

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  private boolean json;

  @Option(names = "--config", paramLabel = "FILE", description = "Settings as YAML.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as evaluation.min_decided=1000; wins over the file.")
  private List<String> assignments = List.of();

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = settings();
    try (Measurement measurement =
        Measurement.of(settings, Loop.loader(settings))
            .orElseThrow(
                () ->
                    new UserException(
                        "evaluation.prompts: is missing; give a file with --prompts"))) {
      Evaluation evaluation = measurement.full(model);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(Summary.json(evaluation));
      } else {
        Summary.lines(evaluation, EXAMPLES).forEach(out::println);
      }
    }
    return ExitCode.DONE;
  }

  private Settings settings() {
    SettingsReader<Settings> reader = Settings.reader();
    file.ifPresent(reader::file);
    reader.set("run.model", model.toString());
    reader.set("run.reference", reference.toString());
    prompts.ifPresent(path -> reader.set("evaluation.prompts", path.toString()));
    assignments.forEach(reader::set);
    return reader.read();
  }
}
