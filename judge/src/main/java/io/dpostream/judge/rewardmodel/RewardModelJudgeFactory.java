package io.dpostream.judge.rewardmodel;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.JudgeOptions;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.RewardModel;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.UserException;
import java.nio.file.Path;

/**
 * The type {@code reward_model}: a Hugging Face sequence-classification checkpoint with one score,
 * such as {@code dpo reward} makes. Options: {@code model}, its folder; {@code temperature} by
 * which the margin is divided; {@code tie_margin}; {@code device}, {@code dtype}, {@code threads}.
 */
public final class RewardModelJudgeFactory implements JudgeFactory {
  private static final double SMALLEST_TEMPERATURE = 1e-6;
  private static final int HASH_DIGITS = 12;

  @Override
  public String name() {
    return "reward_model";
  }

  @Override
  public Judge create(JudgeOptions options) {
    Path path = Path.of(options.required("model"));
    ScoreReading reading =
        new ScoreReading(
            options.number("temperature", 1, SMALLEST_TEMPERATURE, 1e9),
            options.number("tie_margin", 0, 0, 1e9));
    EngineOptions engine = engine(options);
    try {
      return judge(path, engine, reading);
    } catch (CheckpointException | IllegalArgumentException e) {
      throw new UserException(options.path() + ".model: " + e.getMessage(), e);
    }
  }

  private static EngineOptions engine(JudgeOptions options) {
    String device = options.string("device", "cpu");
    String dtype = options.string("dtype", "float32");
    int threads = options.integer("threads", 1, 1, 1024);
    try {
      return new EngineOptions(device, dtype, threads);
    } catch (IllegalArgumentException e) {
      throw new UserException(options.path() + "." + e.getMessage(), e);
    }
  }

  private static Judge judge(Path path, EngineOptions engine, ScoreReading reading) {
    CheckpointFolder folder = CheckpointFolder.open(path);
    Tokenizer tokenizer = folder.tokenizer();
    try {
      RewardModel model = RewardModel.load(folder, engine);
      String version =
          "reward-model-1-%s-%s-%s-%s"
              .formatted(
                  model.sha256().substring(0, HASH_DIGITS),
                  engine.dtype(),
                  reading.temperature(),
                  reading.tieMargin());
      return new RewardModelJudge(
          model,
          tokenizer,
          new AnswerEncoder(tokenizer, folder.generationDefaults()),
          reading,
          version);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }
}
