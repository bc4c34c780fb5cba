package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.formats.SftReader;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.trainer.sft.SupervisedFineTuning;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code dpo sft}, which makes a reference by supervised fine-tuning. */
@Command(
    name = "sft",
    description = {
      "Fine-tune a model on prompts and completions; the result is a reference for DPO.",
      "The loss counts completion tokens only."
    })
final class SftCommand extends EpochTrainingCommand {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "JSON Lines or one array, plain or .gz, or Parquet: prompt and completion, messages, or"
              + " preferences, of which the chosen side is learned.")
  private Path data = Path.of("");

  @Override
  void train(CheckpointFolder folder, Settings settings, Path out) {
    SftReader.Read rows = SftReader.read(data, folder, settings.sft().maxLength());
    out().print(data + ": ");
    rows.report().lines().forEach(out()::println);
    try (SupervisedFineTuning training =
        new SupervisedFineTuning(folder, settings.engine(), settings.sft(), rows.data())) {
      training.run(step -> report(step, ""));
      training.write(out);
    }
  }
}
