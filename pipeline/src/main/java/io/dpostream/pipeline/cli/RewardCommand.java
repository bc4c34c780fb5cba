package io.dpostream.pipeline.cli;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.exchange.RewardPairs;
import io.dpostream.pipeline.formats.RewardPairEncoder;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.reward.RewardAccuracy;
import io.dpostream.trainer.reward.RewardData;
import io.dpostream.trainer.reward.RewardModelTraining;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code dpo reward}, which trains a reward model to judge with. */
@Command(
    name = "reward",
    description = {
      "Train a reward model on preferences; the result serves the judge type reward_model.",
      "A share of the prompts is held out to measure it on."
    })
final class RewardCommand extends EpochTrainingCommand {
  @Mixin private RewardSource source;

  @Override
  void train(CheckpointFolder folder, Settings settings, Path out) {
    try (Tokenizer tokenizer = folder.tokenizer()) {
      RewardPairEncoder encoder = new RewardPairEncoder(new AnswerEncoder(tokenizer));
      RewardPairs pairs = new RewardPairs(encoder, err()::println);
      RewardData data = RewardData.of(source.read(pairs), settings.reward());
      out()
          .printf(
              "%d pairs to train on, %d held out, %d too long%n",
              data.training().size(), data.heldOut().size(), data.tooLong());
      try (RewardModelTraining training =
          new RewardModelTraining(
              folder, padToken(folder, tokenizer), settings.engine(), settings.reward(), data)) {
        training.run(step -> report(step, ordering(step.batch().accuracy())));
        if (!data.heldOut().isEmpty()) {
          report(training.heldOut());
        }
        training.write(out);
        out().println("sha256 " + training.sha256());
      }
    }
  }

  private static String ordering(RewardAccuracy accuracy) {
    return String.format(
        Locale.ROOT, " accuracy %.3f margin %.3f", accuracy.accuracy(), accuracy.margin());
  }

  private void report(RewardAccuracy heldOut) {
    out()
        .printf(
            Locale.ROOT,
            "held out: accuracy %.4f of %d pairs, mean margin %.4f%n",
            heldOut.accuracy(),
            heldOut.pairs(),
            heldOut.margin());
  }

  /**
   * Finds the padding token where the model's configuration names none: the tokenizer's own, or
   * else the end-of-sequence token.
   */
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
}
