package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.PolicyVersion;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.ledger.LedgerState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens to a trainer's process, the run goes on as if nothing had. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class KilledTrainerIT {
  private static final long STEPS = 8;
  private static final TrainerConfig CONFIG =
      Deployment.config(Map.of("max_steps", Long.toString(STEPS)));

  private Deployment deployment;
  private LedgerState uninterrupted;

  @BeforeAll
  void trainUninterrupted(@TempDir Path dir) {
    deployment = Deployment.create("killed", dir.resolve("runs"));
    deployment.prefer(0, 20);
    uninterrupted = deployment.train("uninterrupted", CONFIG);
  }

  @ParameterizedTest
  @EnumSource(Failpoint.class)
  void shouldEndWithTheSameHashWhenKilledAt(Failpoint failpoint) throws Exception {
    String run = "killed-" + failpoint.id();

    TrainerChild child = start(run, failpoint.id() + ":2");
    child.await("failpoint " + failpoint.id() + " hit");
    assertThat(child.exitCode()).isEqualTo(137);
    deployment.train(run, CONFIG);

    assertSameAsUninterrupted(run);
  }

  @Test
  void shouldEndWithTheSameHashWhenKilledAtRandomMoments() throws Exception {
    Random random = new Random(1);
    for (int kill = 0; kill < 2; kill++) {
      TrainerChild child = start("killed-at-random", "");
      if (kill > 0 || random.nextBoolean()) {
        child.await("step");
      }
      child.kill();
      child.exitCode();
    }
    deployment.train("killed-at-random", CONFIG);

    assertSameAsUninterrupted("killed-at-random");
  }

  @ParameterizedTest
  @EnumSource(names = {"DURING_CHECKPOINT_WRITE", "DURING_PUBLICATION"})
  void shouldChangeNothingWhenAnOldTrainerWakesUp(Failpoint failpoint) throws Exception {
    String run = "paused-" + failpoint.id();
    TrainerChild old = start(run, "stop:" + failpoint.id());
    old.await("stopping at " + failpoint.id());
    Awaitility.await().until(() -> state(old.pid()).equals("T"));
    deployment.train(run, CONFIG);
    LedgerState before = deployment.ledger(run);
    List<String> folders = folders(run);

    new ProcessBuilder("kill", "-CONT", Long.toString(old.pid())).start().waitFor();

    assertThat(old.rest())
        .contains("error: a newer trainer of run '" + run + "' has taken over; this one stops");
    assertThat(old.exitCode()).isEqualTo(1);
    assertThat(deployment.ledger(run)).isEqualTo(before);
    assertThat(folders(run)).containsExactlyElementsOf(folders);
    assertSameAsUninterrupted(run);
  }

  private TrainerChild start(String run, String failpoint) {
    return TrainerChild.start("fake", deployment.kafka(), deployment.spec(run), CONFIG, failpoint);
  }

  /** The same weights, from the same pairs, published under the same numbers, each once. */
  private void assertSameAsUninterrupted(String run) {
    LedgerState state = deployment.ledger(run);
    assertThat(state.step()).isEqualTo(STEPS);
    assertThat(state.checkpoint().orElseThrow().getPolicySha256())
        .isEqualTo(uninterrupted.checkpoint().orElseThrow().getPolicySha256());
    assertThat(state.progress()).isEqualTo(uninterrupted.progress());
    assertThat(deployment.versions(run).stream().map(PolicyVersion::getSha256))
        .containsExactlyElementsOf(
            deployment.versions("uninterrupted").stream().map(PolicyVersion::getSha256).toList());
    assertThat(deployment.versions(run).stream().map(PolicyVersion::getVersion))
        .containsExactlyElementsOf(LongStream.rangeClosed(0, STEPS / 2).boxed().toList());
  }

  private List<String> folders(String run) throws Exception {
    try (Stream<Path> list = Files.list(deployment.folder(run).resolve("checkpoints"))) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static String state(long pid) throws Exception {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).substring(0, 1);
  }
}
