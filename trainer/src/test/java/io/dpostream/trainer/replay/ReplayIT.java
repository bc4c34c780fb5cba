package io.dpostream.trainer.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Skipped;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.FakeLearner;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.ledger.LedgerException;
import io.dpostream.trainer.ledger.LedgerState;
import io.dpostream.trainer.ledger.Offsets;
import io.dpostream.trainer.service.LabelSmoothingAdvice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run and its replay are the same computation; anything else is seen. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
class ReplayIT {
  private Path dir;

  @BeforeAll
  void keep(@TempDir Path folder) {
    dir = folder;
  }

  private Deployment deployment(TestInfo test, String suffix) {
    String name = test.getTestMethod().orElseThrow().getName() + suffix;
    return Deployment.create(name, dir.resolve(name));
  }

  private static ReplayResult replay(Deployment deployment, OptionalLong toStep) {
    return replay(deployment, toStep, FakeLearner::new);
  }

  private static ReplayResult replay(
      Deployment deployment, OptionalLong toStep, LearnerFactory learners) {
    return new Replay(
            deployment.kafka(), learners, Optional.empty(), Optional.empty(), Optional.empty())
        .run("r", toStep);
  }

  @Test
  void shouldComputeTheSameWeightsAgain(TestInfo test) {
    Deployment deployment = deployment(test, "");
    deployment.prefer(0, 20);
    LedgerState state = deployment.train("r", Deployment.config(Map.of("max_steps", "7")));

    ReplayResult result = replay(deployment, OptionalLong.empty());

    assertThat(result.identical()).isTrue();
    assertThat(result.steps()).isEqualTo(7);
    assertThat(result.hashedStep()).isEqualTo(7);
    assertThat(result.replayedSha256())
        .isEqualTo(state.checkpoint().orElseThrow().getPolicySha256());
    // Versions are published every 2 steps and checkpoints saved every 3: 4 is the last hash to 5.
    ReplayResult toFive = replay(deployment, OptionalLong.of(5));
    assertThat(toFive.identical()).isTrue();
    assertThat(toFive.hashedStep()).isEqualTo(4);
    assertThatThrownBy(() -> replay(deployment, OptionalLong.of(8)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--to-step: 8");
  }

  @Test
  void shouldRepeatEveryDecisionOfTheLedger(TestInfo test) {
    Deployment deployment = deployment(test, "");
    List<Preference> preferences =
        new ArrayList<>(IntStream.range(0, 24).mapToObj(Deployment::preference).toList());
    preferences.set(
        5,
        Preference.newBuilder(preferences.get(5))
            .setChosen(Deployment.completion(FakeLearner.POISON))
            .build());
    preferences.set(
        8, Preference.newBuilder(preferences.get(8)).setChosen(Deployment.completion()).build());
    deployment.prefer(preferences);
    Map<String, String> refreshed =
        Map.of("sync_ref_model", "true", "ref_model_sync_steps", "2", "max_steps", "5");
    LabelSmoothingAdvice advice =
        () -> Optional.of(new LabelSmoothingAdvice.Advice(0.125, "measured"));
    deployment
        .trainer(deployment.spec("r"), Deployment.config(refreshed), advice, failpoint -> {})
        .run();
    TrainerConfig other =
        Deployment.config(
            Map.of(
                "sync_ref_model",
                "true",
                "ref_model_sync_steps",
                "2",
                "max_steps",
                "8",
                "beta",
                "0.5"));
    deployment.trainer(deployment.spec("r", PreferenceSource.stream(), true), other).run();

    LedgerState state = deployment.ledger("r");
    assertThat(state.labelSmoothing()).hasValue(0.125);
    assertThat(state.reference().orElseThrow().getAfterStep()).isEqualTo(8);
    assertThat(deployment.steps("r").get(2).getApplied()).isFalse();
    assertThat(replay(deployment, OptionalLong.empty()).identical()).isTrue();
  }

  /**
   * Pairs 0 to 7 are trained on in steps of 2 before the others come, among them a revision of pair
   * 1 with its sides exchanged.
   */
  @ParameterizedTest
  @ValueSource(strings = {"apply", "ignore"})
  void shouldDoWithARevisionOfAUsedPairAsConfigured(String revisions, TestInfo test) {
    Deployment deployment = deployment(test, "-" + revisions);
    TrainerConfig config =
        Deployment.config(Map.of("revisions", "\"" + revisions + "\"", "max_steps", "4"));
    deployment.prefer(0, 8);
    deployment.train("r", config);
    Preference used = Deployment.preference(1);
    deployment.prefer(
        List.of(
            Preference.newBuilder(used)
                .setRevision(1)
                .setChosen(used.getRejected())
                .setRejected(used.getChosen())
                .build()));
    deployment.prefer(8, 16);
    deployment.train(
        "r", Deployment.config(Map.of("revisions", "\"" + revisions + "\"", "max_steps", "6")));

    StepTaken fifth = deployment.steps("r").get(4);
    boolean applied = revisions.equals("apply");
    assertThat(fifth.getPairs()).isEqualTo(2);
    assertThat(fifth.getSkipped())
        .extracting(Skipped::getReason)
        .isEqualTo(applied ? List.of() : List.of("revision 1 of an earlier preference"));
    assertThat(deployment.ledger("r").requireConfiguration().getConfig())
        .contains("revisions: \"" + revisions + "\"");
    assertThat(replay(deployment, OptionalLong.empty()).identical()).isTrue();
  }

  @Test
  void shouldKnowHowOldEveryPairWas(TestInfo test) {
    Deployment deployment = deployment(test, "");
    deployment.prefer(
        IntStream.range(0, 16)
            .mapToObj(Deployment::preference)
            .map(one -> Preference.newBuilder(one).setRunId("r").setPolicyVersion(0).build())
            .toList());
    for (String steps : List.of("5", "8")) { // the second start repeats steps 4 and 5
      deployment.train(
          "r",
          Deployment.config(
              Map.of(
                  "max_staleness", "0",
                  "stale_pairs", "\"weight\"",
                  "checkpoint_steps", "3",
                  "max_steps", steps)));
    }

    // A version is published every 2 steps, and at the end of the first start.
    assertThat(deployment.steps("r"))
        .allSatisfy(step -> assertThat(step.getSkipped()).isEmpty())
        .extracting(step -> step.getMetrics().get("staleness"))
        .containsExactly(0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 4.0);
    assertThat(replay(deployment, OptionalLong.empty()).identical()).isTrue();
  }

  @Test
  void shouldSeeOneFlippedByteOfAPreference(TestInfo test) {
    Deployment original = deployment(test, "");
    original.prefer(0, 8);
    original.train("r", Deployment.config(Map.of("max_steps", "4")));
    Deployment flipped = deployment(test, "-flipped");
    String from = original.kafka().topics().preferences().name();
    String to = flipped.kafka().topics().preferences().name();
    List<ProducerRecord<byte[], byte[]>> copies = new ArrayList<>();
    for (var record : original.read(from)) {
      byte[] value = record.value().clone();
      if (copies.size() == 5) {
        value[value.length - 1] ^= 2; // the last byte is of the date, which no loss looks at
      }
      copies.add(new ProducerRecord<>(to, record.key(), value));
    }
    flipped.send(copies);
    original.copyLedger(flipped, "r", UnaryOperator.identity());

    ReplayResult result = replay(flipped, OptionalLong.empty());

    assertThat(result.identical()).isFalse();
    assertThat(result.differingStep()).hasValue(3); // pairs 4 and 5 made step 3
  }

  @Test
  void shouldRefuseALedgerWithoutOneRecord(TestInfo test) {
    Deployment original = deployment(test, "");
    original.prefer(0, 8);
    original.train("r", Deployment.config(Map.of("max_steps", "4")));
    Deployment copy = deployment(test, "-copy");
    copy.prefer(0, 8);
    original.copyLedger(copy, "r", UnaryOperator.identity());
    assertThat(replay(copy, OptionalLong.empty()).identical()).isTrue();
    Deployment shorter = deployment(test, "-shorter");
    shorter.prefer(0, 8);
    original.copyLedger(
        shorter,
        "r",
        records -> {
          List<TrainingStep> without = new ArrayList<>(records);
          without.remove(3);
          return without;
        });

    assertThatThrownBy(() -> replay(shorter, OptionalLong.empty()))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("ledger of run r, record 3: found sequence 4 where 3 is expected");
  }

  @Test
  void shouldSayWhatDiffersBetweenTheMachines(TestInfo test) {
    Deployment deployment = deployment(test, "");
    deployment.prefer(0, 4);
    deployment.train("r", Deployment.config(Map.of("max_steps", "2")));

    ReplayResult result =
        replay(
            deployment,
            OptionalLong.empty(),
            (config, policy, reference) -> new FakeLearner(config, policy, reference).onThreads(4));

    assertThat(result.environmentDifferences()).containsExactly("threads: 1 is now 4");
  }

  @Test
  void shouldTrainAPinnedRangeTheSameWayTwice(TestInfo test) {
    Deployment deployment = deployment(test, "");
    deployment.prefer(0, 7);
    TrainerConfig config = Deployment.config(Map.of("num_train_epochs", "2", "shuffle", "true"));

    deployment.trainer(deployment.spec("r", PreferenceSource.everything(), false), config).run();
    LedgerState first = deployment.ledger("r");
    deployment.prefer(7, 20); // comes too late for the pinned range, also of a run that goes on
    deployment.trainer(deployment.spec("r", PreferenceSource.everything(), false), config).run();
    TrainerConfig interrupted =
        Deployment.config(Map.of("num_train_epochs", "2", "shuffle", "true", "max_steps", "3"));
    PreferenceSource same =
        new PreferenceSource(
            Optional.empty(),
            new PreferenceSource.Bound.Beginning(),
            Optional.of(
                new PreferenceSource.Bound.At(
                    Offsets.of(first.requireConfiguration().getEndOffsets()))));
    deployment.trainer(deployment.spec("second", same, false), interrupted).run();
    deployment.trainer(deployment.spec("second", same, false), config).run();

    // 7 records make 4 steps an epoch, the last of one pair.
    assertThat(deployment.ledger("r")).isEqualTo(first);
    assertThat(first.step()).isEqualTo(8);
    assertThat(first.progress().records()).isEqualTo(14);
    assertThat(deployment.ledger("second").checkpoint().orElseThrow().getPolicySha256())
        .isEqualTo(first.checkpoint().orElseThrow().getPolicySha256());
    assertThat(replay(deployment, OptionalLong.empty()).identical()).isTrue();
    assertThat(deployment.steps("r").get(0).getRanges())
        .isNotEqualTo(deployment.steps("r").get(4).getRanges());
  }
}
