package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.trainer.sft.SftData;
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
          "JSONL, plain or .gz: prompt and completion, or prompt and chosen; text or messages.")
  private Path data = Path.of("");

  @Override
  void train(CheckpointFolder folder, Settings settings, Path out) {
    SftData rows = SftData.read(data, folder, settings.sft().maxLength());
    try (SupervisedFineTuning training =
        new SupervisedFineTuning(folder, settings.engine(), settings.sft(), rows)) {
      training.run(step -> report(step, ""));
      training.write(out);
    }
  }
}
