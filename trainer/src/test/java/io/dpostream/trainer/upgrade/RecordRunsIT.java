package io.dpostream.trainer.upgrade;

import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.Topic;
import io.dpostream.schemas.Preference;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.FakeLearner;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerSettings;
import io.dpostream.trainer.learner.TinyModel;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.service.LabelSmoothingAdvice;
import io.dpostream.trainer.service.RunSpec;
import io.dpostream.trainer.upgrade.ReleasedRun.Expected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes what {@link ReleasedRunsIT} reads. Run once for each release, from that release's checkout:
 * {@code mvn -pl trainer -am verify -Dit.test=RecordRunsIT -Ddpo.release.record=release-0.1}.
 */
@EnabledIfSystemProperty(named = "dpo.release.record", matches = ".+")
class RecordRunsIT {
  private static final Path RESOURCES =
      Path.of("src/test/resources", System.getProperty("dpo.release.record", "none"));

  @TempDir Path dir;

  @Test
  void shouldRecordThisReleasesRuns() throws IOException {
    try (LocalCluster cluster = LocalCluster.start(dir.resolve("cluster"))) {
      recordStream(cluster);
      recordPinned(cluster);
      recordTensors(cluster);
    }
  }

  /** Every event that a ledger can have, and every way to leave a record out. */
  private void recordStream(LocalCluster cluster) throws IOException {
    Deployment deployment = Deployment.create(cluster, "stream", dir.resolve("stream"), 2);
    Topic<Preference> topic = deployment.kafka().topics().preferences();
    List<Preference> preferences = new ArrayList<>();
    for (int n = 0; n < 48; n++) {
      Preference.Builder preference = Preference.newBuilder(Deployment.preference(n));
      if (n % 4 == 0) {
        preference.setRunId("r").setPolicyVersion(n < 24 ? 0 : 2);
      }
      if (n % 10 == 9) {
        preference.setChosen(Deployment.completion(FakeLearner.POISON));
      } else if (n % 10 == 7) {
        preference.setChosen(Deployment.completion());
      } else if (n % 10 == 5) {
        preference.setRevision(1);
      }
      preferences.add(preference.build());
    }
    deployment.prefer(preferences.subList(0, 6));
    byte[] garbage = "not avro".getBytes(StandardCharsets.UTF_8);
    deployment.send(List.of(new ProducerRecord<>(topic.name(), garbage, garbage)));
    deployment.prefer(preferences.subList(6, 48));
    Map<String, String> config = new HashMap<>();
    config.put("sync_ref_model", "true");
    config.put("ref_model_sync_steps", "2");
    config.put("max_staleness", "0");
    config.put("revisions", "\"ignore\"");
    config.put("max_steps", "5");
    config.put("keep_checkpoints", "1");
    LabelSmoothingAdvice advice =
        () -> Optional.of(new LabelSmoothingAdvice.Advice(0.125, "measured"));
    deployment
        .trainer(deployment.spec("r"), Deployment.config(config), advice, failpoint -> {})
        .run();
    config.put("beta", "0.5");
    config.put("max_steps", "8");
    RunSpec accepting = deployment.spec("r", PreferenceSource.stream(), true);
    deployment.trainer(accepting, Deployment.config(config)).run();
    Map<String, String> goneOn = Map.of("max_steps", "12");
    record(deployment, dir.resolve("stream/model"), deployment.spec("r"), config, goneOn);
  }

  /** A pinned range in two shuffled epochs, interrupted in the first. */
  private void recordPinned(LocalCluster cluster) throws IOException {
    Deployment deployment = Deployment.create(cluster, "pinned", dir.resolve("pinned"), 1);
    deployment.prefer(0, 7);
    Map<String, String> config = new HashMap<>();
    config.put("num_train_epochs", "2");
    config.put("shuffle", "true");
    config.put("max_steps", "3");
    config.put("keep_checkpoints", "1");
    RunSpec spec = deployment.spec("r", PreferenceSource.everything(), false);
    deployment.trainer(spec, Deployment.config(config)).run();
    Map<String, String> goneOn = Map.of("max_steps", "0", "num_train_epochs", "2");
    record(deployment, dir.resolve("pinned/model"), spec, config, goneOn);
  }

  /** A model's weights, optimizer moments, loss state and moved reference. */
  private void recordTensors(LocalCluster cluster) throws IOException {
    Path model = TinyModel.write(dir.resolve("tensors-model"), 1, TinyModel.VOCAB, 1);
    Deployment deployment =
        Deployment.create(cluster, "tensors", dir.resolve("tensors"), 1)
            .with(
                model,
                (config, policy, reference) ->
                    DpoLearner.open(
                        config,
                        new LearnerSettings(
                            policy, reference, TinyModel.CPU, dir.resolve("work"))));
    Random random = new Random(1);
    deployment.prefer(IntStream.range(0, 20).mapToObj(n -> preference(n, random)).toList());
    Map<String, String> config = new HashMap<>();
    config.put("loss_type", "[\"bco_pair\"]");
    config.put("learning_rate", "0.001");
    config.put("lr_scheduler_type", "\"constant_with_warmup\"");
    config.put("warmup_steps", "2");
    config.put("weight_decay", "0.1");
    config.put("sync_ref_model", "true");
    config.put("ref_model_sync_steps", "2");
    config.put("keep_checkpoints", "1");
    config.put("max_steps", "5");
    deployment.train("r", Deployment.config(config));
    record(deployment, model, deployment.spec("r"), config, Map.of("max_steps", "8"));
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

  /** Keeps the run as it stands, then goes on with it to know what must come of it. */
  private static void record(
      Deployment deployment,
      Path model,
      RunSpec spec,
      Map<String, String> config,
      Map<String, String> goneOnWith)
      throws IOException {
    ReleasedRun run =
        new ReleasedRun(RESOURCES.resolve(deployment.kafka().topicPrefix().replace(".", "")));
    LedgerState kept = deployment.ledger(spec.runId());
    run.save(deployment, model, deployment.folder(spec.runId()).resolve("checkpoints"));
    config.putAll(goneOnWith);
    deployment.trainer(spec, Deployment.config(config)).run();
    LedgerState end = deployment.ledger(spec.runId());
    run.save(
        new Expected(
            spec.runId(),
            kept.step(),
            kept.checkpoint().orElseThrow().getPolicySha256(),
            end.step(),
            end.checkpoint().orElseThrow().getPolicySha256(),
            goneOnWith));
  }
}
