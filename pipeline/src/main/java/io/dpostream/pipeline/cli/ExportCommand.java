package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.exchange.Exporter;
import io.dpostream.pipeline.exchange.RecordType;
import io.dpostream.pipeline.run.KafkaAccess;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code dpo export}, which writes the records of a topic as the rows of a file. */
@Command(
    name = "export",
    description = {
      "Write a topic's records as JSON Lines in TRL's formats: text where the prompt is text,",
      "messages where it is messages. With --run-id, only that run's preferences."
    })
final class ExportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(
      names = "--type",
      required = true,
      description = "What to write: ${COMPLETION-CANDIDATES}.")
  private RecordType type = RecordType.PREFERENCES;

  @Parameters(
      paramLabel = "FILE",
      description = "The file to write; compressed when its name ends with .gz.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    if (type != RecordType.PREFERENCES && options.runId().isPresent()) {
      throw new ParameterException(
          spec.commandLine(), "--run-id: goes with --type preferences alone");
    }
    Settings settings = options.settings();
    try (KafkaAccess kafka = options.connect(settings)) {
      Exporter exporter = new Exporter(kafka.settings());
      long rows =
          switch (type) {
            case PROMPTS -> exporter.prompts(file);
            case JUDGMENTS -> exporter.judgments(file);
            case PREFERENCES -> exporter.preferences(options.runId(), file);
          };
      spec.commandLine().getOut().printf("%s: %d rows%n", file, rows);
      spec.commandLine().getOut().flush();
      return ExitCode.DONE;
    }
  }
}
