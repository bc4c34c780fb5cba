package io.dpostream.pipeline.cli;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.trainer.sft.SftConfig;
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
final class SftCommand extends EpochTrainingCommand<SftCommand.SftSettings> {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "JSONL, plain or .gz: prompt and completion, or prompt and chosen; text or messages.")
  private Path data = Path.of("");

  SftCommand() {
    super(SftSettings.defaults());
  }

  /** The settings of this command, whose keys are shared with the other commands. */
  record SftSettings(String device, String dtype, int threads, SftConfig sft) {
    static SftSettings defaults() {
      return new SftSettings("cpu", "float32", 1, SftConfig.defaults());
    }
  }

  @Override
  void train(CheckpointFolder folder, SftSettings settings, Path out) {
    SftData rows = SftData.read(data, folder, settings.sft().maxLength());
    EngineOptions engine =
        new EngineOptions(settings.device(), settings.dtype(), settings.threads());
    try (SupervisedFineTuning training =
        new SupervisedFineTuning(folder, engine, settings.sft(), rows)) {
      training.run(step -> report(step, ""));
      training.write(out);
    }
  }
}
