package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.exchange.RewardPairs;
import io.dpostream.pipeline.formats.RewardPairEncoder;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.reward.RewardAccuracy;
import io.dpostream.trainer.reward.RewardConfig;
import io.dpostream.trainer.reward.RewardData;
import io.dpostream.trainer.reward.RewardModelTraining;
import io.dpostream.trainer.reward.RewardPair;
import io.dpostream.trainer.reward.RewardStep;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpo reward}: trains a reward model, which makes a judge. */
@Command(
    name = "reward",
    description = {
      "Train a reward model on preferences; the result serves the judge type reward_model.",
      "A share of the prompts is held out to measure it on."
    })
final class RewardCommand implements Callable<Integer> {
  private static final int REPORT_STEPS = 50;

  @Spec private CommandSpec spec;
  @Mixin private RewardSource source;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Hugging Face folder of the language model to start from.")
  private Path model = Path.of("");

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new folder for the reward model.")
  private Path out = Path.of("");

  @Option(names = "--config", paramLabel = "FILE", description = "Settings as YAML.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "One setting, such as reward.learning_rate=1e-4; wins over the file.")
  private List<String> assignments = List.of();

  /** What this command can be told; the keys are those of the other commands. */
  record RewardSettings(String device, String dtype, int threads, RewardConfig reward) {
    static RewardSettings defaults() {
      return new RewardSettings("cpu", "float32", 1, RewardConfig.defaults());
    }

    EngineOptions engine() {
      return new EngineOptions(device, dtype, threads);
    }
  }

  @Override
  public Integer call() {
    SettingsReader<RewardSettings> reader = new SettingsReader<>(RewardSettings.defaults());
    file.ifPresent(reader::file);
    assignments.forEach(reader::set);
    RewardSettings settings = reader.read();
    CheckpointFolder folder = CheckpointFolder.open(model);
    if (Files.exists(out)) {
      throw new UserException(out + ": exists already; give --out another name");
    }
    PrintWriter err = spec.commandLine().getErr();
    try (Tokenizer tokenizer = folder.tokenizer()) {
      List<RewardPair> pairs =
          source.read(
              new RewardPairs(
                  new RewardPairEncoder(new AnswerEncoder(tokenizer, folder.generationDefaults())),
                  err::println));
      train(settings, folder, padToken(folder, tokenizer), pairs);
    }
    return ExitCode.DONE;
  }

  private void train(
      RewardSettings settings, CheckpointFolder folder, int padToken, List<RewardPair> pairs) {
    RewardData data = RewardData.of(pairs, settings.reward());
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%d pairs to train on, %d held out, %d too long%n",
        data.training().size(), data.heldOut().size(), data.tooLong());
    try (RewardModelTraining training =
        new RewardModelTraining(folder, padToken, settings.engine(), settings.reward(), data)) {
      training.run(this::report);
      if (!data.heldOut().isEmpty()) {
        RewardAccuracy accuracy = training.heldOut();
        out.printf(
            Locale.ROOT,
            "held out: accuracy %.4f of %d pairs, mean margin %.4f%n",
            accuracy.accuracy(),
            accuracy.pairs(),
            accuracy.margin());
      }
      training.write(this.out);
      out.println("sha256 " + training.sha256());
      out.println(this.out);
    }
  }

  /** The token to fill with, for a model whose configuration names none: its own, or the end. */
  private static int padToken(CheckpointFolder folder, Tokenizer tokenizer) {
    return Stream.of("pad_token", "eos_token")
        .flatMap(name -> tokenizer.specialToken(name).stream())
        .map(token -> tokenizer.encode(token, false))
        .filter(ids -> ids.length == 1)
        .map(ids -> ids[0])
        .findFirst()
        .or(() -> folder.config().eosTokenIds().stream().findFirst())
        .orElseThrow(
            () ->
                new UserException(
                    folder.path() + ": names no pad_token_id; add one to config.json"));
  }

  private void report(RewardStep step) {
    if (step.step() % REPORT_STEPS == 0 || step.step() == step.steps()) {
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "step %d/%d loss %.4f accuracy %.3f margin %.3f grad_norm %.3f learning_rate %.2e%n",
              step.step(),
              step.steps(),
              step.loss(),
              step.accuracy(),
              step.margin(),
              step.gradNorm(),
              step.learningRate());
    }
  }
}
