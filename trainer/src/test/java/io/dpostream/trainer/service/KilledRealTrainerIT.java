package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.Preference;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.learner.TinyModel;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.replay.Replay;
import io.dpostream.trainer.replay.ReplayResult;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kills a trainer of real tensors: optimizer moments, loss state, schedule, a moving reference;
 * with adapters their dropout too.
 */
@Execution(ExecutionMode.CONCURRENT)
class KilledRealTrainerIT {
  private static final Map<String, String> CONFIG =
      Map.of(
          "loss_type", "[\"bco_pair\"]",
          "learning_rate", "0.001",
          "lr_scheduler_type", "\"cosine\"",
          "warmup_steps", "2",
          "weight_decay", "0.1",
          "per_device_train_batch_size", "4",
          "sync_ref_model", "true",
          "ref_model_sync_steps", "4",
          "max_steps", "8");

  private static final Map<String, String> ADAPTERS =
      Map.of(
          "lora_r", "4",
          "lora_dropout", "0.2",
          "lora_target_modules", "[\"all-linear\"]",
          "lora_alpha", "32");

  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"real", "adapters"})
  void shouldStandBitForBitWhereItStood(String name) throws Exception {
    Map<String, String> keys = new HashMap<>(CONFIG);
    if (name.equals("adapters")) {
      keys.putAll(ADAPTERS);
    }
    TrainerConfig config = Deployment.config(keys);
    Path model = TinyModel.write(dir.resolve("model"), 1);
    Deployment deployment =
        Deployment.create(name, dir.resolve("runs"))
            .with(model, TrainerChild.learners(dir.resolve("learners")));
    Random random = new Random(1);
    deployment.prefer(IntStream.range(0, 40).mapToObj(n -> preference(n, random)).toList());
    LedgerState uninterrupted = deployment.train("uninterrupted", config);

    kill(deployment, config, Failpoint.BEFORE_LEDGER_COMMIT, 5); // after the checkpoint of step 3
    kill(
        deployment,
        config,
        Failpoint.AFTER_CHECKPOINT_RENAME,
        1); // of step 6, behind a new reference
    LedgerState killed = deployment.train("killed", config);

    assertThat(killed.step()).isEqualTo(8);
    assertThat(killed.checkpoint().orElseThrow().getPolicySha256())
        .isEqualTo(uninterrupted.checkpoint().orElseThrow().getPolicySha256());
    assertThat(killed.referenceSha256()).isEqualTo(uninterrupted.referenceSha256());
    assertThat(deployment.steps("killed").stream().map(step -> step.getDigest()))
        .containsExactlyElementsOf(
            deployment.steps("uninterrupted").stream().map(step -> step.getDigest()).toList());
    ReplayResult replay =
        new Replay(
                deployment.kafka(),
                TrainerChild.learners(dir.resolve("replay")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty())
            .run("killed", OptionalLong.empty());
    assertThat(replay.identical()).isTrue();
    assertThat(replay.replayedSha256())
        .isEqualTo(uninterrupted.checkpoint().orElseThrow().getPolicySha256());
  }

  private static void kill(
      Deployment deployment, TrainerConfig config, Failpoint failpoint, int time) throws Exception {
    TrainerChild child =
        TrainerChild.start(
            "real",
            deployment.kafka(),
            deployment.spec("killed"),
            config,
            failpoint.id() + ":" + time);
    child.await("failpoint " + failpoint.id() + " hit");
    assertThat(child.exitCode()).isEqualTo(137);
  }

  private static Preference preference(int n, Random random) {
    return Preference.newBuilder(Deployment.preference(n))
        .setPromptTokenIds(ids(random))
        .setChosen(Deployment.completion(ids(random).toArray(Integer[]::new)))
        .setRejected(Deployment.completion(ids(random).toArray(Integer[]::new)))
        .build();
  }

  private static List<Integer> ids(Random random) {
    return random.ints(1 + random.nextInt(12), 3, TinyModel.VOCAB).boxed().toList();
  }
}
