package io.dpostream.trainer.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.ModelConfig.Head;
import io.dpostream.policy.model.RewardModel;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.settings.SettingsTree;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.Records;
import io.dpostream.trainer.epoch.EpochStep;
import io.dpostream.trainer.learner.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class RewardModelTrainingTest {
  private static final EngineOptions CPU = new EngineOptions("cpu", "float32", 1);
  private static final int PAD = 0;
  private static final RewardConfig CONFIG =
      Records.with(
          RewardConfig.defaults(),
          "learningRate",
          3e-3,
          "perDeviceTrainBatchSize",
          16,
          "maxSteps",
          80L,
          "evalShare",
          0.2);

  @TempDir Path scratch;
  private CheckpointFolder model;

  @BeforeEach
  void writeModel() {
    model = CheckpointFolder.open(TinyModel.write(scratch.resolve("model"), 1));
  }

  /** The better answer holds token 40; the prompts, and so the held-out pairs, are all new. */
  @Test
  void shouldLearnToOrderPairsOfPromptsThatItHasNotSeen() {
    List<EpochStep<PairLoss>> steps = new ArrayList<>();
    try (RewardModelTraining training = training(CONFIG, pairs(500))) {
      assertThat(training.heldOut().pairs()).isEqualTo(100);
      training.run(steps::add);

      assertThat(steps).hasSize(80);
      assertThat(steps.get(0).loss()).isCloseTo(Math.log(2), within(0.1));
      assertThat(steps.get(79).loss()).isLessThan(0.3);
      assertThat(training.heldOut().accuracy()).isGreaterThan(0.9);
      assertThat(training.heldOut().margin()).isPositive();
    }
  }

  @Test
  void shouldWriteAFolderWhoseScoresAreThoseOfTraining() {
    List<RewardPair> pairs = pairs(50);
    Path out = scratch.resolve("reward");
    RewardAccuracy measured;
    try (RewardModelTraining training = training(Records.with(CONFIG, "maxSteps", 5L), pairs)) {
      training.run(step -> {});
      measured = training.heldOut();
      training.write(out);
    }
    CheckpointFolder written = CheckpointFolder.open(out);
    assertThat(written.config().head()).isEqualTo(Head.SEQUENCE_CLASSIFICATION);
    assertThat(written.config().padTokenId()).hasValue(PAD);
    double margin = 0;
    List<RewardPair> heldOut = RewardData.of(pairs, CONFIG).heldOut();
    try (RewardModel reward = RewardModel.load(written, CPU)) {
      for (RewardPair pair : heldOut) {
        float[] scores = reward.scores(List.of(pair.chosen(), pair.rejected()));
        margin += scores[0] - scores[1];
      }
    }
    assertThat(margin / heldOut.size()).isCloseTo(measured.margin(), within(1e-5));
  }

  @Test
  void shouldGiveTheSameWeightsEveryTimeAndOthersFromAnotherSeed() {
    RewardConfig shorter = Records.with(CONFIG, "maxSteps", 3L);

    assertThat(hash(shorter)).isEqualTo(hash(shorter));
    assertThat(hash(Records.with(shorter, "seed", 7L))).isNotEqualTo(hash(shorter));
  }

  @Test
  void shouldTrainARewardModelOnWithItsOwnHead() {
    Path out = scratch.resolve("reward");
    try (RewardModelTraining training = training(CONFIG, pairs(500))) {
      training.run(step -> {});
      training.write(out);
    }
    model = CheckpointFolder.open(out);
    try (RewardModelTraining again = training(CONFIG, pairs(500))) {
      assertThat(again.heldOut().accuracy()).isGreaterThan(0.9);
    }
  }

  /** Scores that start with a mean far from 0 are drawn to it by the coefficient alone. */
  @Test
  void shouldCenterTheScores() {
    double free = meanScore(0);
    double centered = meanScore(1);

    assertThat(Math.abs(centered)).isLessThan(Math.abs(free)).isLessThan(0.3);
  }

  @Test
  void shouldStopWhenTheLossIsNoLongerFinite() {
    assertThatThrownBy(() -> hash(Records.with(CONFIG, "learningRate", 1e30)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("reward.learning_rate: 1.0E30")
        .hasMessageContaining("lower it");
  }

  @Test
  void shouldRefuseWhatNoTrainingCanUse() {
    assertThatThrownBy(() -> configured("eval_share", 1.0))
        .hasMessage("reward.eval_share: 1 must be at least 0 and below 1");
    assertThatThrownBy(() -> configured("lr_scheduler_type", "fast"))
        .hasMessageContaining("reward.lr_scheduler_type: ")
        .hasMessageContaining("fast")
        .hasMessageContaining("constant");
  }

  private static RewardConfig configured(String key, Object value) {
    ObjectNode tree = new JsonMapper().valueToTree(Map.of(key, value));
    return SettingsTree.read(tree, RewardConfig.class, "reward");
  }

  private double meanScore(double centering) {
    RewardConfig config = Records.with(CONFIG, "centerRewardsCoefficient", centering);
    Path out = scratch.resolve("centered" + centering);
    try (RewardModelTraining training = training(config, pairs(500))) {
      training.run(step -> {});
      training.write(out);
    }
    double sum = 0;
    List<RewardPair> pairs = pairs(500);
    try (RewardModel reward = RewardModel.load(CheckpointFolder.open(out), CPU)) {
      for (RewardPair pair : pairs) {
        float[] scores = reward.scores(List.of(pair.chosen(), pair.rejected()));
        sum += scores[0] + scores[1];
      }
    }
    return sum / (2 * pairs.size());
  }

  private String hash(RewardConfig config) {
    try (RewardModelTraining training = training(config, pairs(500))) {
      training.run(step -> {});
      return training.sha256();
    }
  }

  private RewardModelTraining training(RewardConfig config, List<RewardPair> pairs) {
    return new RewardModelTraining(model, PAD, CPU, config, RewardData.of(pairs, config));
  }

  private static List<RewardPair> pairs(int count) {
    Random random = new Random(5);
    List<RewardPair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] chosen = random.ints(6 + random.nextInt(6), 3, 39).toArray();
      int[] rejected = random.ints(6 + random.nextInt(6), 3, 39).toArray();
      chosen[4 + random.nextInt(2)] = 40;
      pairs.add(new RewardPair("prompt " + i, chosen, rejected, 0));
    }
    return pairs;
  }
}
