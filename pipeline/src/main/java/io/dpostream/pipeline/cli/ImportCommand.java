package io.dpostream.pipeline.cli;

import io.dpostream.files.RowReport;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.exchange.Importer;
import io.dpostream.pipeline.exchange.RecordType;
import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.pipeline.run.KafkaAccess;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code dpo import}, which puts the rows of a file on a topic as records. */
@Command(
    name = "import",
    description = {
      "Put the rows of a file on their topic, in one transaction, in TRL's and other formats.",
      "Rejected rows are reported with line and reason; docs/formats.md lists the formats."
    })
final class ImportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(
      names = "--type",
      required = true,
      description = "What the rows hold: ${COMPLETION-CANDIDATES}.")
  private RecordType type = RecordType.PREFERENCES;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Hugging Face folder whose tokenizer and chat template encode preferences.")
  private Optional<Path> model = Optional.empty();

  @Option(
      names = "--format",
      description =
          "Format of preferences: ${COMPLETION-CANDIDATES}; detected row by row when not given.")
  private Optional<PreferenceFormat> format = Optional.empty();

  @Parameters(
      paramLabel = "FILE",
      description = "JSON Lines or one JSON array, plain or .gz, or Parquet.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    boolean preferences = type == RecordType.PREFERENCES;
    if (!preferences && (model.isPresent() || format.isPresent())) {
      throw new ParameterException(
          spec.commandLine(), "--model and --format: go with --type preferences alone");
    }
    if (preferences && model.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--model: is missing; preferences are kept as a model's tokens");
    }
    Settings settings = options.settings();
    try (KafkaAccess kafka = options.connect(settings)) {
      kafka.ensureTopics();
      Importer importer = new Importer(kafka.settings(), InstantSource.system());
      RowReport report =
          switch (type) {
            case PROMPTS -> importer.prompts(file);
            case JUDGMENTS -> importer.judgments(file);
            case PREFERENCES ->
                importer.preferences(
                    file,
                    format.orElse(PreferenceFormat.AUTO),
                    model.orElseThrow(),
                    settings.run().id());
          };
      PrintWriter out = spec.commandLine().getOut();
      report.lines().forEach(out::println);
      out.flush();
      return ExitCode.DONE;
    }
  }
}
