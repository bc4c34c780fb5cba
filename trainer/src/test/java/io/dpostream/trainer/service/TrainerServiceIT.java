package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.kafka.Topic;
import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.schemas.OffsetRange;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.settings.UserException;
import io.dpostream.testing.Background;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.FakeLearner;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.batch.PreferenceSource.Bound;
import io.dpostream.trainer.learner.StepResult;
import io.dpostream.trainer.learner.TrainingBatch;
import io.dpostream.trainer.ledger.LedgerState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The trainer on a real broker, with a learner that costs nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class TrainerServiceIT {
  private Path dir;

  @BeforeAll
  void keep(@TempDir Path folder) {
    dir = folder;
  }

  private Deployment deployment(TestInfo test) {
    return deployment(test, 1);
  }

  private Deployment deployment(TestInfo test, int partitions) {
    String name = test.getTestMethod().orElseThrow().getName();
    return Deployment.create(name, dir.resolve(name), partitions);
  }

  @Test
  void shouldStopWithOneLineWhenANewerTrainerTakesTheRunOver(TestInfo test) throws Exception {
    Deployment deployment = deployment(test);
    TrainerConfig config = Deployment.config(Map.of("max_steps", "4"));
    deployment.prefer(0, 4);
    CountDownLatch olderWaits = new CountDownLatch(3); // for the third step's pairs
    TrainerService older = trainer(deployment, config, olderWaits);
    CompletableFuture<Void> running = Background.run(older::run);
    assertThat(olderWaits.await(60, TimeUnit.SECONDS)).isTrue();

    CountDownLatch newerWaits = new CountDownLatch(1);
    TrainerService newer = trainer(deployment, config, newerWaits);
    CompletableFuture<Void> taken = Background.run(newer::run);
    assertThat(newerWaits.await(60, TimeUnit.SECONDS)).isTrue();
    deployment.prefer(4, 8);

    taken.get(30, TimeUnit.SECONDS);
    assertThatThrownBy(() -> running.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(UserException.class)
        .hasMessageContaining("a newer trainer of run 'r' has taken over");
    assertThat(deployment.ledger("r").step()).isEqualTo(4);
  }

  @Test
  void shouldSkipAndDeadLetterWhatCannotBeTrainedOn(TestInfo test) {
    Deployment deployment = deployment(test);
    Topic<Preference> topic = deployment.kafka().topics().preferences();
    byte[] garbage = "not avro".getBytes(StandardCharsets.UTF_8);
    deployment.prefer(0, 1);
    deployment.send(List.of(new ProducerRecord<>(topic.name(), garbage, garbage)));
    deployment.prefer(
        List.of(
            changed(1).setChosen(Deployment.completion()).build(),
            changed(2).setRejected(Deployment.completion()).build(),
            changed(3).setChosen(Deployment.completion(FakeLearner.VOCABULARY)).build()));
    deployment.prefer(4, 7);

    deployment.train("r", Deployment.config(Map.of("max_steps", "2")));

    List<StepTaken> steps = deployment.steps("r");
    assertThat(steps.get(0).getPairs()).isEqualTo(2);
    assertThat(steps.get(0).getPartial()).isFalse();
    assertThat(steps.get(0).getSkipped().stream().map(Skipped::getReason))
        .satisfiesExactly(
            reason -> assertThat(reason).startsWith("undecodable: "),
            reason -> assertThat(reason).isEqualTo("chosen completion has no tokens"),
            reason -> assertThat(reason).isEqualTo("rejected completion has no tokens"),
            reason -> assertThat(reason).isEqualTo("a token id is outside the vocabulary"));
    assertThat(steps.get(0).getSkipped().stream().map(Skipped::getPairId))
        .containsExactly(
            Optional.empty(), Optional.of("pair-1"), Optional.of("pair-2"), Optional.of("pair-3"));
    assertThat(steps.get(1).getSkipped()).isEmpty();
    var letters = deployment.read(deployment.kafka().topics().deadLetters());
    assertThat(letters).hasSize(4);
    assertThat(letters.get(0).value()).isEqualTo(garbage);
  }

  @Test
  void shouldRecordAStepThatFoundNothingToTrainOn(TestInfo test) {
    Deployment deployment = deployment(test);
    Topic<Preference> topic = deployment.kafka().topics().preferences();
    byte[] garbage = {1, 2, 3};
    deployment.send(
        Collections.nCopies(1_002, new ProducerRecord<>(topic.name(), garbage, garbage)));
    deployment.prefer(0, 2);

    LedgerState state = deployment.train("r", Deployment.config(Map.of("max_steps", "2")));

    StepTaken first = deployment.steps("r").get(0);
    assertThat(first.getPairs()).isZero();
    assertThat(first.getSkipped()).hasSize(1_000);
    assertThat(first.getApplied()).isFalse();
    assertThat(first.getPartial()).isTrue();
    StepTaken second = deployment.steps("r").get(1);
    assertThat(second.getPairs()).isEqualTo(2);
    assertThat(second.getSkipped()).hasSize(2);
    assertThat(state.progress().records()).isEqualTo(1_004);
    assertThat(deployment.read(deployment.kafka().topics().deadLetters())).hasSize(1_002);
  }

  @Test
  void shouldDeadLetterARecordAsLargeAsATopicTakes(TestInfo test) {
    Deployment deployment = deployment(test);
    String topic = deployment.kafka().topics().preferences().name();
    byte[] garbage = new byte[1_048_000]; // Kafka's default bound is 1,048,588 with all around it
    deployment.send(List.of(new ProducerRecord<>(topic, new byte[] {1}, garbage)));
    deployment.prefer(0, 2);

    assertThat(deployment.train("r", Deployment.config(Map.of("max_steps", "1"))).step())
        .isEqualTo(1);

    assertThat(deployment.read(deployment.kafka().topics().deadLetters()).get(0).value())
        .isEqualTo(garbage);
  }

  @Test
  void shouldSeeWhatAnOpenTransactionOfAnotherRunHides(TestInfo test) throws Exception {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 4);
    CountDownLatch waits = new CountDownLatch(3);
    TrainerService service =
        trainer(deployment, Deployment.config(Map.of("max_steps", "3")), waits);
    CompletableFuture<Void> running = Background.run(service::run);
    assertThat(waits.await(60, TimeUnit.SECONDS)).isTrue();
    String topic = deployment.kafka().topics().trainingSteps().name();
    CompletableFuture<LedgerState> read;
    try (KafkaProducer<byte[], byte[]> other =
        new KafkaProducer<>(
            deployment.kafka().transactionalProducer("other", topic + "-other"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      other.initTransactions();
      other.beginTransaction();
      other.send(new ProducerRecord<>(topic, new byte[] {1}, new byte[] {1})).get();
      deployment.prefer(4, 6);
      running.get(60, TimeUnit.SECONDS);

      read = CompletableFuture.supplyAsync(() -> deployment.ledger("r"));
      assertThatThrownBy(() -> read.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
      other.abortTransaction();
    }

    assertThat(read.get(60, TimeUnit.SECONDS).step()).isEqualTo(3);
  }

  @Test
  void shouldBeginAtATimeResolvedOnce(TestInfo test) {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 4);
    String topic = deployment.kafka().topics().preferences().name();
    var last = deployment.read(topic).get(3);
    Instant time = Instant.ofEpochMilli(last.timestamp() + 1);
    Awaitility.await().until(() -> Instant.now().isAfter(time));
    deployment.prefer(4, 8);
    PreferenceSource source =
        new PreferenceSource(Optional.empty(), new Bound.Time(time), Optional.of(new Bound.End()));

    deployment.trainer(deployment.spec("r", source, false), Deployment.config(Map.of())).run();

    LedgerState state = deployment.ledger("r");
    assertThat(state.progress().records()).isEqualTo(4);
    assertThat(state.requireConfiguration().getStartOffsets().get(0).getOffset())
        .isGreaterThan(last.offset());
  }

  @Test
  void shouldTakeItsQuotaFromEveryPartition(TestInfo test) {
    Deployment deployment = deployment(test, 3);
    deployment.prefer(0, 60);

    deployment.train(
        "r", Deployment.config(Map.of("max_steps", "5", "per_device_train_batch_size", "4")));

    // 4 pairs of 3 partitions: two from the first, one from each of the others.
    assertThat(deployment.steps("r"))
        .allSatisfy(
            step -> {
              assertThat(step.getPairs()).isEqualTo(4);
              assertThat(step.getRanges().stream().map(OffsetRange::getPartition))
                  .containsExactly(0, 1, 2);
            });
    deployment.train(
        "again", Deployment.config(Map.of("max_steps", "5", "per_device_train_batch_size", "4")));
    assertThat(deployment.steps("again").stream().map(StepTaken::getDigest))
        .containsExactlyElementsOf(
            deployment.steps("r").stream().map(StepTaken::getDigest).toList());
  }

  @Test
  void shouldTrainASmallerBatchOnlyWhenItsTimeIsUp(TestInfo test) {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 3);

    deployment.train("r", Deployment.config(Map.of("max_steps", "2", "batch_timeout_ms", "300")));

    assertThat(deployment.steps("r").stream().map(StepTaken::getPartial))
        .containsExactly(false, true);
    assertThat(deployment.steps("r").stream().map(StepTaken::getPairs)).containsExactly(2, 1);
  }

  @Test
  void shouldRefuseWhatAStreamCannotDo(TestInfo test) {
    Deployment deployment = deployment(test);
    for (String key : List.of("num_train_epochs", "shuffle", "precompute_ref_log_probs")) {
      String value = key.startsWith("num") ? "2" : "true";
      assertThatThrownBy(() -> deployment.train("r", Deployment.config(Map.of(key, value))))
          .isInstanceOf(UserException.class)
          .hasMessageContaining(
              "trainer." + key + ": needs preferences that exist when the run begins");
    }
  }

  @Test
  void shouldSkipPairsThatAreTooManyVersionsOld(TestInfo test) {
    Deployment deployment = deployment(test);
    List<Preference> preferences = new ArrayList<>();
    for (int n = 0; n < 12; n++) {
      preferences.add(changed(n).setRunId("r").setPolicyVersion(n < 6 ? 0 : 1).build());
    }
    deployment.prefer(preferences);

    // Version 1 is published after step 2, which ends with pair 3; pairs 4 and 5 are then 1 old.
    deployment.train("r", Deployment.config(Map.of("max_steps", "3", "max_staleness", "0")));

    StepTaken third = deployment.steps("r").get(2);
    assertThat(third.getSkipped().stream().map(Skipped::getReason))
        .containsExactly("stale by 1 versions, more than 0", "stale by 1 versions, more than 0");
    assertThat(third.getPairs()).isEqualTo(2);
    assertThat(third.getMetrics()).containsEntry("staleness", 0.0);
    assertThat(deployment.read(deployment.kafka().topics().deadLetters())).isEmpty();
  }

  @Test
  void shouldRecordStepsThatAreNotFiniteAndStopAfterSome(TestInfo test) {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 2);
    deployment.prefer(
        List.of(
            changed(2).setChosen(Deployment.completion(FakeLearner.POISON)).build(),
            Deployment.preference(3),
            Deployment.preference(4),
            changed(5).setChosen(Deployment.completion(FakeLearner.POISON)).build()));
    TrainerConfig config = Deployment.config(Map.of("max_steps", "4", "max_non_finite_steps", "2"));

    assertThatThrownBy(() -> deployment.train("r", config))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("2 steps in a row were not finite, the last at step 3")
        .hasMessageContaining("pairs pair-4 pair-5");

    StepTaken skipped = deployment.steps("r").get(1);
    assertThat(skipped.getApplied()).isFalse();
    assertThat(skipped.getPairs()).isZero();
    assertThat(skipped.getSkipped().stream().map(s -> s.getPairId().orElseThrow()))
        .containsExactly("pair-2", "pair-3");
    deployment.prefer(6, 8);
    assertThat(deployment.train("r", config).step()).isEqualTo(4);
  }

  @Test
  void shouldRefuseAnotherConfigurationUnlessAccepted(TestInfo test) {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 12);
    deployment.train("r", Deployment.config(Map.of("max_steps", "2")));
    TrainerConfig other = Deployment.config(Map.of("max_steps", "4", "beta", "0.3"));

    assertThatThrownBy(() -> deployment.train("r", other))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("beta: 0.1 is now 0.3")
        .hasMessageContaining("--accept-config")
        .hasMessageNotContaining("max_steps");
    deployment.trainer(deployment.spec("r", PreferenceSource.stream(), true), other).run();

    assertThat(deployment.ledger("r").step()).isEqualTo(4);
    assertThat(deployment.ledger("r").requireConfiguration().getConfig()).contains("beta: 0.3\n");
    deployment.train("r", Deployment.config(Map.of("max_steps", "5", "beta", "0.3")));
    assertThat(deployment.ledger("r").step()).isEqualTo(5);
  }

  /** The default of 512 has gone since; a change of something else must not bring the new one. */
  @Test
  void shouldKeepTheDefaultsThatARunBeganWithThroughAnAcceptedChange(TestInfo test) {
    Deployment today = deployment(test);
    today.prefer(0, 12);
    today.train("r", Deployment.config(Map.of("max_steps", "2")));
    String name = test.getTestMethod().orElseThrow().getName() + "-earlier";
    Deployment earlier = Deployment.create(name, dir.resolve(name));
    earlier.prefer(0, 12);
    today.copyLedger(
        earlier, "r", records -> records.stream().map(this::ofAnEarlierRelease).toList());

    TrainerConfig other = Deployment.config(Map.of("max_steps", "4", "beta", "0.3"));
    earlier.trainer(earlier.spec("r", PreferenceSource.stream(), true), other).run();
    earlier.train("r", Deployment.config(Map.of("max_steps", "5", "beta", "0.3")));

    assertThat(earlier.ledger("r").step()).isEqualTo(5);
    assertThat(earlier.ledger("r").requireConfiguration().getConfig())
        .contains("max_prompt_length: 512\n", "beta: 0.3\n");
  }

  private TrainingStep ofAnEarlierRelease(TrainingStep record) {
    if (!(record.getEvent() instanceof RunConfigured configured)) {
      return record;
    }
    String config =
        configured.getConfig().replace("max_prompt_length: null", "max_prompt_length: 512");
    return TrainingStep.newBuilder(record)
        .setEvent(
            RunConfigured.newBuilder(configured).setConfig(config).setFormatVersion(1).build())
        .build();
  }

  @Test
  void shouldTakeStepsAgainWhenTheNewestCheckpointIsDamaged(TestInfo test) throws Exception {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 20);
    deployment.train("whole", Deployment.config(Map.of("max_steps", "8")));
    LedgerState half = deployment.train("r", Deployment.config(Map.of("max_steps", "5")));
    CheckpointSaved newest = half.checkpoint().orElseThrow();
    Path folder = deployment.folder("r").resolve("checkpoints").resolve(newest.getFolder());
    Files.writeString(folder.resolve("policy.txt"), "damaged");

    LedgerState state = deployment.train("r", Deployment.config(Map.of("max_steps", "8")));

    assertThat(state.checkpoint().orElseThrow().getPolicySha256())
        .isEqualTo(deployment.ledger("whole").checkpoint().orElseThrow().getPolicySha256());
  }

  @Test
  void shouldKeepTheNewestCheckpointsAlone(TestInfo test) throws Exception {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 20);

    LedgerState state =
        deployment.train(
            "r",
            Deployment.config(
                Map.of("max_steps", "8", "checkpoint_steps", "2", "keep_checkpoints", "2")));

    assertThat(state.checkpoints()).hasSize(4);
    try (var list = Files.list(deployment.folder("r").resolve("checkpoints"))) {
      assertThat(list.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              state.checkpoints().get(2).getFolder(), state.checkpoints().get(3).getFolder());
    }
  }

  @Test
  void shouldNameTheFirstMissingOffsetWhenDataIsLost(TestInfo test) throws Exception {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 8);
    deployment.train("r", Deployment.config(Map.of("max_steps", "2")));
    long next = deployment.ledger("r").progress().next().of(0);
    String topic = deployment.kafka().topics().preferences().name();
    try (Admin admin = deployment.kafka().admin()) {
      admin
          .deleteRecords(
              Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(next + 1)))
          .all()
          .get();
    }

    assertThatThrownBy(() -> deployment.train("r", Deployment.config(Map.of("max_steps", "4"))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(topic + "-0: offset " + next + " is missing");
  }

  @Test
  void shouldStopOnARecordOfTheLedgerThatCannotBeRead(TestInfo test) {
    Deployment deployment = deployment(test);
    String topic = deployment.kafka().topics().trainingSteps().name();
    deployment.send(List.of(new ProducerRecord<>(topic, new byte[] {1}, new byte[] {2, 3})));

    assertThatThrownBy(() -> deployment.train("r", Deployment.config(Map.of("max_steps", "1"))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(topic + "-0: the record at offset 0 cannot be read");
  }

  /** Version 1 is written as long as step 3 has not got to its update, and is in its place then. */
  @Test
  void shouldComputeAStepWhileAVersionIsWritten(TestInfo test) throws Exception {
    CountDownLatch stepThree = new CountDownLatch(1);
    Deployment deployment = deployment(test);
    Deployment slow =
        deployment.with(
            deployment.spec("r").policy(),
            (config, policy, reference) ->
                new FakeLearner(config, policy, reference) {
                  @Override
                  public StepResult step(TrainingBatch batch, Runnable beforeUpdate) {
                    if (batch.step() == 3) {
                      stepThree.countDown();
                    }
                    return super.step(batch, beforeUpdate);
                  }

                  @Override
                  public void writePolicy(Path emptyFolder) {
                    try {
                      assertThat(stepThree.await(60, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    super.writePolicy(emptyFolder);
                  }
                });
    slow.prefer(0, 8);

    slow.train("r", Deployment.config(Map.of("max_steps", "4")));

    assertThat(slow.records("r").stream().<Object>map(record -> record.getEvent().getClass()))
        .containsExactly(
            RunConfigured.class,
            VersionPublished.class,
            StepTaken.class,
            StepTaken.class,
            VersionPublished.class,
            StepTaken.class,
            CheckpointSaved.class,
            StepTaken.class,
            CheckpointSaved.class,
            VersionPublished.class);
  }

  @Test
  @Timeout(60)
  void shouldEndWhenAVersionCannotBeWrittenThoughNoPairsCome(TestInfo test) throws Exception {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 4); // two steps, after which it waits
    Files.createDirectories(deployment.folder("r"));
    Files.writeString(deployment.folder("r").resolve("versions"), "a file, not a folder");

    assertThatThrownBy(() -> deployment.train("r", Deployment.config(Map.of("max_steps", "9"))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("version of step 2 cannot be written to");
  }

  @Test
  void shouldSayWhereItCannotWrite(TestInfo test) throws Exception {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 8);
    Files.createDirectories(deployment.folder("r"));
    Files.writeString(deployment.folder("r").resolve("checkpoints"), "a file, not a folder");

    assertThatThrownBy(() -> deployment.train("r", Deployment.config(Map.of("max_steps", "4"))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("checkpoint of step 3 cannot be written to")
        .hasMessageContaining(deployment.folder("r").toString());
  }

  @Test
  void shouldStopCleanlyAndGoOn(TestInfo test) throws Exception {
    Deployment deployment = deployment(test);
    deployment.prefer(0, 4);
    TrainerConfig config = Deployment.config(Map.of("max_steps", "4"));
    CountDownLatch waits = new CountDownLatch(3);
    TrainerService service = trainer(deployment, config, waits);
    CompletableFuture<Void> running = Background.run(service::run);
    assertThat(waits.await(60, TimeUnit.SECONDS)).isTrue();

    service.close();

    running.get(10, TimeUnit.SECONDS);
    assertThat(deployment.ledger("r").checkpoint().orElseThrow().getStep()).isEqualTo(2);
    deployment.prefer(4, 8);
    assertThat(deployment.train("r", config).step()).isEqualTo(4);
  }

  /** A trainer of run r that counts down before every step. */
  private static TrainerService trainer(
      Deployment deployment, TrainerConfig config, CountDownLatch steps) {
    LabelSmoothingAdvice askedBeforeEveryStep =
        () -> {
          steps.countDown();
          return Optional.empty();
        };
    return deployment.trainer(deployment.spec("r"), config, askedBeforeEveryStep, failpoint -> {});
  }

  private static Preference.Builder changed(int n) {
    return Preference.newBuilder(Deployment.preference(n));
  }
}
