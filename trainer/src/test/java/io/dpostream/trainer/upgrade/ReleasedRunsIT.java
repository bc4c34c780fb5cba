package io.dpostream.trainer.upgrade;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.broker.LocalCluster;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.trainer.CanonicalConfig;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.FakeLearner;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.learner.LearnerSettings;
import io.dpostream.trainer.learner.TinyModel;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.replay.Replay;
import io.dpostream.trainer.replay.ReplayResult;
import io.dpostream.trainer.service.RunSpec;
import io.dpostream.trainer.upgrade.ReleasedRun.Expected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs that earlier releases, or checkouts before the first one, began go on, and their weights are
 * computed again bit for bit.
 */
class ReleasedRunsIT {
  private static final Path RESOURCES = Path.of("src/test/resources");

  @TempDir Path dir;

  static List<Path> releases() throws IOException {
    try (Stream<Path> folders = Files.list(RESOURCES)) {
      return folders
          .filter(folder -> folder.getFileName().toString().matches("(release|checkout)-.*"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("releases")
  void shouldReplayAndContinueEveryRun(Path release) throws IOException {
    try (LocalCluster cluster = LocalCluster.start(dir.resolve("cluster"));
        Stream<Path> runs = Files.list(release).filter(Files::isDirectory)) {
      for (Path folder : runs.sorted().toList()) {
        ReleasedRun run = new ReleasedRun(folder);
        Deployment deployment =
            Deployment.create(
                    cluster,
                    run.name(),
                    dir.resolve(run.name()),
                    run.partitions(run.name() + ".preferences"))
                .with(run.model(), learners(run));
        run.restore(deployment);
        goOn(deployment, run, replay(deployment, run));
      }
    }
  }

  /** Bit for bit where the environment is the one that took the steps, which is returned. */
  private boolean replay(Deployment deployment, ReleasedRun run) {
    Expected expected = run.expected();

    ReplayResult result =
        new Replay(
                deployment.kafka(),
                learners(run),
                Optional.of(run.model()),
                Optional.of(run.model()),
                Optional.empty())
            .run(expected.runId(), OptionalLong.empty());

    assertThat(result.steps()).isEqualTo(expected.step());
    boolean sameEnvironment = result.environmentDifferences().isEmpty();
    assertThat(sameEnvironment || run.hasTensors()).isTrue();
    if (sameEnvironment) {
      assertThat(result.identical()).as(run.name()).isTrue();
      assertThat(result.replayedSha256()).isEqualTo(expected.policySha256());
    }
    return sameEnvironment;
  }

  private static void goOn(Deployment deployment, ReleasedRun run, boolean sameEnvironment) {
    Expected expected = run.expected();
    LedgerState before = deployment.ledger(expected.runId());
    RunConfigured configured = before.requireConfiguration();
    assertThat(before.checkpoint().orElseThrow().getPolicySha256())
        .isEqualTo(expected.policySha256());
    PreferenceSource source =
        configured.getEndOffsets().isEmpty()
            ? PreferenceSource.stream()
            : PreferenceSource.everything();
    SortedMap<String, String> values = new TreeMap<>(CanonicalConfig.recorded(configured).values());
    values.putAll(Map.of("checkpoint_steps", "3", "publish_steps", "2"));
    values.putAll(expected.goneOnWith());
    TrainerConfig config = new CanonicalConfig(values).over(TrainerConfig.defaults());
    RunSpec spec = deployment.spec(expected.runId(), source, !sameEnvironment);

    deployment.trainer(spec, config).run();

    LedgerState after = deployment.ledger(expected.runId());
    assertThat(after.step()).isEqualTo(expected.goneOnToStep());
    assertThat(after.checkpoint().orElseThrow().getStep()).isEqualTo(expected.goneOnToStep());
    if (sameEnvironment) {
      assertThat(after.requireConfiguration()).isEqualTo(configured);
      assertThat(after.checkpoint().orElseThrow().getPolicySha256())
          .isEqualTo(expected.goneOnSha256());
    }
  }

  private LearnerFactory learners(ReleasedRun run) {
    return run.hasTensors()
        ? (config, policy, reference) ->
            DpoLearner.open(
                config,
                new LearnerSettings(
                    policy, reference, TinyModel.CPU, dir.resolve(run.name()).resolve("work")))
        : FakeLearner::new;
  }
}
