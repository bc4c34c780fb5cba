package io.dpostream.judge.rewardmodel;

import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.policy.checkpoint.CheckpointException;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.RewardModel;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.InvalidSettingException;
import java.nio.file.Path;

/**
 * The type {@code reward_model}: a Hugging Face sequence-classification checkpoint with one score,
 * such as {@code dpo reward} makes.
 */
public final class RewardModelJudgeFactory implements JudgeFactory<RewardModelOptions> {
  private static final int HASH_DIGITS = 12;

  @Override
  public String name() {
    return "reward_model";
  }

  @Override
  public Class<RewardModelOptions> optionsType() {
    return RewardModelOptions.class;
  }

  @Override
  public Judge create(RewardModelOptions options, String path) {
    ScoreComparison reading = new ScoreComparison(options.temperature(), options.tieMargin());
    try {
      return judge(Path.of(options.model()), options.engine(), reading);
    } catch (CheckpointException | IllegalArgumentException e) {
      throw new InvalidSettingException("model: " + e.getMessage());
    }
  }

  private static Judge judge(Path path, EngineOptions engine, ScoreComparison reading) {
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
      return new RewardModelJudge(model, tokenizer, new AnswerEncoder(tokenizer), reading, version);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }
}
