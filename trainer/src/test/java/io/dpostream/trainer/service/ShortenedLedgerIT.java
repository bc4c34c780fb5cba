package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.schemas.LossAccepted;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.FakeLearner;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.checkpoint.CheckpointStore;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.ledger.LedgerWitnesses.Findings;
import io.dpostream.trainer.replay.Replay;
import io.dpostream.trainer.replay.ReplayResult;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A broker that lost power may cut off a topic's end: what is left of the ledger has no gap. */
class ShortenedLedgerIT {
  private static final TrainerConfig SEVEN_STEPS = Deployment.config(Map.of("max_steps", "7"));

  @TempDir private Path dir;

  /**
   * Trains seven steps, then gives a deployment in which the ledger has lost what follows a step.
   */
  private Deployment shortened(TestInfo test, long step, boolean versions) {
    String name = test.getTestMethod().orElseThrow().getName();
    Deployment whole = Deployment.create(name, dir);
    whole.prefer(0, 20);
    whole.train("r", SEVEN_STEPS);
    Deployment shortened = Deployment.create(name + "-shortened", dir);
    shortened.prefer(0, 20);
    whole.copyLedger(shortened, "r", records -> until(step, records));
    if (versions) {
      String topic = shortened.kafka().topics().policyVersions().name();
      shortened.send(
          whole.read(whole.kafka().topics().policyVersions().name()).stream()
              .map(record -> new ProducerRecord<>(topic, record.key(), record.value()))
              .toList());
    }
    return shortened;
  }

  private static List<TrainingStep> until(long step, List<TrainingStep> records) {
    return records.stream()
        .takeWhile(r -> !(r.getEvent() instanceof StepTaken taken && taken.getStep() > step))
        .toList();
  }

  @Test
  void shouldBeNoticedByVersionsThatItDoesNotName(TestInfo test) {
    Deployment deployment = shortened(test, 3, true);

    String lost = "run r: the ledger ends at step 3, but ";
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> deployment.train("r", SEVEN_STEPS))
        .withMessageStartingWith(lost)
        .withMessageContaining("names version 2 of step 4")
        .withMessageContaining("dpo repair");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> replay(deployment))
        .withMessageStartingWith(lost);
  }

  @Test
  void shouldBeNoticedByCheckpointsOfLaterSteps(TestInfo test) {
    Deployment deployment = shortened(test, 3, false);

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> deployment.train("r", SEVEN_STEPS))
        .withMessageContaining("the ledger ends at step 3, but there is a checkpoint ")
        .withMessageContaining("step-000000006");
  }

  @Test
  void shouldGoOnOnceTheLossIsAccepted(TestInfo test) {
    Deployment deployment = shortened(test, 3, true);
    LedgerRepair repair = new LedgerRepair(deployment.kafka(), Optional.of(deployment.folder("r")));
    Findings found = repair.find("r");
    assertThat(found.versions()).extracting(PolicyVersion::getVersion).containsExactly(2L, 3L, 4L);
    assertThat(found.checkpoints()).hasSize(2);

    repair.acceptLoss("r", "ann", "power was lost", InstantSource.system());

    assertThat(repair.find("r").isEmpty()).isTrue();
    assertThat(deployment.records("r"))
        .last()
        .extracting(TrainingStep::getEvent)
        .isEqualTo(new LossAccepted(3L, 4L, "ann", "power was lost"));
    LedgerState end = deployment.train("r", SEVEN_STEPS);
    assertThat(end.step()).isEqualTo(7);
    assertThat(replay(deployment).identical()).isTrue();
    Map<Long, VersionStatus> versions =
        deployment.versions("r").stream()
            .collect(
                Collectors.toMap(
                    PolicyVersion::getVersion, PolicyVersion::getStatus, (first, last) -> last));
    assertThat(versions)
        .containsEntry(1L, VersionStatus.PUBLISHED)
        .containsEntry(2L, VersionStatus.ROLLED_BACK)
        .containsEntry(4L, VersionStatus.ROLLED_BACK)
        .containsEntry(5L, VersionStatus.PUBLISHED)
        .containsEntry(7L, VersionStatus.PUBLISHED)
        .hasSize(8);
  }

  @Test
  void shouldFindNothingInAWholeLedger(TestInfo test) {
    Deployment deployment = shortened(test, 7, true);
    assertThat(
            new LedgerRepair(deployment.kafka(), Optional.of(deployment.folder("r")))
                .find("r")
                .lines())
        .isEmpty();
    assertThat(replay(deployment).identical()).isTrue();
  }

  private static ReplayResult replay(Deployment deployment) {
    return new Replay(
            deployment.kafka(),
            FakeLearner::new,
            Optional.empty(),
            Optional.empty(),
            Optional.of(CheckpointStore.ofTrainer(deployment.folder("r"))))
        .run("r", OptionalLong.empty());
  }
}
