package io.dpostream.pipeline.cli;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.SettingsReader;
import io.dpostream.trainer.sft.SftConfig;
import io.dpostream.trainer.sft.SftData;
import io.dpostream.trainer.sft.SftStep;
import io.dpostream.trainer.sft.SupervisedFineTuning;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpo sft}: supervised fine-tuning, which makes a reference. */
@Command(
    name = "sft",
    description = {
      "Fine-tune a model on prompts and completions; the result is a reference for DPO.",
      "The loss counts the completions' tokens alone."
    })
final class SftCommand implements Callable<Integer> {
  private static final int REPORT_STEPS = 50;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Hugging Face folder to start from.")
  private Path model = Path.of("");

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description =
          "JSONL, plain or .gz: prompt and completion, or prompt and chosen; text or messages.")
  private Path data = Path.of("");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new folder for the fine-tuned model.")
  private Path out = Path.of("");

  @Option(names = "--config", paramLabel = "FILE", description = "Settings as YAML.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as sft.learning_rate=1e-4; wins over the file.")
  private List<String> assignments = List.of();

  /** What this command can be told; the keys are those of the other commands. */
  record SftSettings(String device, String dtype, int threads, SftConfig sft) {
    static SftSettings defaults() {
      return new SftSettings("cpu", "float32", 1, SftConfig.defaults());
    }
  }

  @Override
  public Integer call() {
    SettingsReader<SftSettings> reader = new SettingsReader<>(SftSettings.defaults());
    file.ifPresent(reader::file);
    assignments.forEach(reader::set);
    SftSettings settings = reader.read();
    CheckpointFolder folder = CheckpointFolder.open(model);
    SftData rows = SftData.read(data, folder, settings.sft().maxLength());
    EngineOptions engine =
        new EngineOptions(settings.device(), settings.dtype(), settings.threads());
    try (SupervisedFineTuning training =
        new SupervisedFineTuning(folder, engine, settings.sft(), rows)) {
      training.run(this::report);
      training.write(out);
    }
    spec.commandLine().getOut().println(out);
    return ExitCode.DONE;
  }

  private void report(SftStep step) {
    if (step.step() % REPORT_STEPS == 0 || step.step() == step.steps()) {
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "step %d/%d loss %.4f grad_norm %.3f learning_rate %.2e%n",
              step.step(),
              step.steps(),
              step.loss(),
              step.gradNorm(),
              step.learningRate());
    }
  }
}
