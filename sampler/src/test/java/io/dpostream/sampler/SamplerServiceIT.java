package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.kafka.AdminAnswer;
import io.dpostream.kafka.DeadLetters;
import io.dpostream.sampler.versions.PolicyLoader;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairId;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Prompt;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.settings.UserException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class SamplerServiceIT {
  private static final int NO_BOUND = 100_000;

  /** A folder's name is the hash of what it holds; one named broken cannot be loaded. */
  private static final PolicyLoader LOADER =
      folder -> {
        if (folder.endsWith("broken")) {
          throw new IllegalStateException(folder + ": is truncated\nsecond line");
        }
        return new FakePolicy(folder.getFileName().toString());
      };

  @Test
  void shouldSampleEveryPromptOnceAndSetAsideWhatItCannotUse() throws Exception {
    try (Bench bench = new Bench("each")) {
      bench.prompts(10);
      bench.send(bench.kafka().topics().prompts().name(), "bad", new byte[] {1, 2, 3});
      bench.prompt("x".repeat(100)); // longer than the context of 40
      bench.send(bench.kafka().topics().prompts().name(), "bad", notUtf8(bench));
      bench.prompts(10);
      try (RunningSampler sampler =
          new RunningSampler(bench.kafka(), config(4, 2), NO_BOUND, LOADER)) {
        await().until(() -> sampler.events().contains("waiting for a version"));
        assertThat(bench.pairs()).isEmpty();

        bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
        await().until(() -> bench.pairs().size() == 40);

        assertThat(bench.pairs())
            .extracting(CompletionPair::getPairId)
            .doesNotHaveDuplicates()
            .contains(PairId.of(Bench.RUN, 0, 0, 0, 0), PairId.of(Bench.RUN, 0, 22, 0, 1));
        assertThat(bench.pairs()).allMatch(p -> p.getPolicySha256().equals("zero"));
        List<ConsumerRecord<byte[], byte[]>> letters =
            bench.records(bench.kafka().topics().deadLetters());
        assertThat(letters)
            .extracting(r -> header(r, DeadLetters.SOURCE_OFFSET))
            .containsExactly("10", "11", "12");
        assertThat(letters.get(0).value()).containsExactly(1, 2, 3);
        assertThat(header(letters.get(1), DeadLetters.ERROR)).contains("context of 40");
        assertThat(header(letters.get(2), DeadLetters.ERROR)).contains("is not UTF-8");
        await().untilAsserted(() -> assertThat(sampler.pacing().sampled()).isEqualTo(40));
      }
    }
  }

  private static byte[] notUtf8(Bench bench) {
    Prompt prompt = Prompt.newBuilder().setId("id").setText("caf#").build();
    byte[] bytes =
        bench.kafka().encoder().encode(bench.kafka().topics().prompts(), "id", prompt).value();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == '#' ? (byte) 0xe9 : bytes[i]; // as ISO 8859-1 has it
    }
    return bytes;
  }

  @Test
  void shouldSwapVersionsBetweenBatchesAndGoOnWhenOneIsBad() throws Exception {
    try (Bench bench = new Bench("swap")) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      try (RunningSampler sampler =
          new RunningSampler(bench.kafka(), config(4, 1), NO_BOUND, LOADER)) {
        bench.prompts(8);
        await().until(() -> bench.pairs().size() == 8);

        bench.publish(1, "file:///models/one", "one", VersionStatus.PUBLISHED);
        await().until(() -> sampler.events().contains("loaded 1"));
        bench.prompts(8);
        await().until(() -> bench.pairs().size() == 16);

        bench.publish(2, "/models/broken", "two", VersionStatus.PUBLISHED);
        bench.publish(3, "/models/other", "three", VersionStatus.PUBLISHED);
        await()
            .until(
                () -> sampler.events().stream().filter(e -> e.startsWith("refused")).count() == 2);
        bench.prompts(8);
        await().until(() -> bench.pairs().size() == 24);

        bench.publish(4, "/models/four", "four", VersionStatus.PUBLISHED);
        await().until(() -> sampler.events().contains("loaded 4"));
        bench.prompts(8);
        await().until(() -> bench.pairs().size() == 32);

        bench.publish(4, "/models/four", "four", VersionStatus.ROLLED_BACK);
        await().until(() -> sampler.events().lastIndexOf("loaded 1") > 2);
        bench.prompts(8);
        await().until(() -> bench.pairs().size() == 40);

        assertThat(bench.pairs().subList(0, 8)).allMatch(p -> written(p, 0, "zero"));
        assertThat(bench.pairs().subList(8, 24)).allMatch(p -> written(p, 1, "one"));
        assertThat(bench.pairs().subList(24, 32)).allMatch(p -> written(p, 4, "four"));
        assertThat(bench.pairs().subList(32, 40)).allMatch(p -> written(p, 1, "one"));
        assertThat(sampler.events())
            .contains(
                "refused 2: /models/broken: is truncated",
                "refused 3: /models/other: its weights have SHA-256 other, published was three");
      }
    }
  }

  @Test
  void shouldKeepWithinItsBoundAlsoAfterARestart() throws Exception {
    try (Bench bench = new Bench("pace")) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      bench.prompts(100);
      int bound = 8; // two batches of 4
      try (RunningSampler sampler = new RunningSampler(bench.kafka(), config(3, 1), 4, LOADER)) {
        await().until(() -> sampler.pacing().waiting() == bound);
        end(bench, bench.pairs().subList(0, 5), OutcomeKind.TIE);
        await().until(() -> sampler.pacing().sampled() == 13);
        end(bench, bench.pairs().subList(5, 8), OutcomeKind.PREFERRED);
        await().until(() -> sampler.pacing().untrained() == 3);
      }
      try (RunningSampler again = new RunningSampler(bench.kafka(), config(3, 1), 4, LOADER)) {
        await().until(() -> again.pacing().untrained() == 3);
        await()
            .during(Duration.ofMillis(500))
            .until(() -> again.pacing().sampled() == 13 && again.pacing().waiting() == 5);
        end(bench, bench.pairs().subList(8, 9), OutcomeKind.ABSTAINED);
        await().until(() -> again.pacing().sampled() == 14);
        assertThat(again.pacing().ended()).isEqualTo(9);
      }
      assertThat(bench.pairs()).hasSize(14);
    }
  }

  @Test
  void shouldSampleNoMoreThanPeopleCanJudge() throws Exception {
    SamplerRun run = new SamplerRun(Bench.RUN, NO_BOUND, pairId -> true, 5);
    try (Bench bench = new Bench("people")) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      bench.prompts(100);
      try (RunningSampler sampler = new RunningSampler(bench.kafka(), config(3, 1), run, LOADER)) {
        await().until(() -> sampler.pacing().waitingForPeople() == 5);
        end(bench, bench.pairs().subList(0, 2), OutcomeKind.PREFERRED);
        await().until(() -> sampler.pacing().sampled() == 7);
        await().during(Duration.ofMillis(500)).until(() -> sampler.pacing().sampled() == 7);
      }
    }
  }

  @Test
  void shouldStopWithOneLineWhenAnotherSamplerTakesOver() throws Exception {
    try (Bench bench = new Bench("take")) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      bench.prompts(4);
      try (RunningSampler old = new RunningSampler(bench.kafka(), config(2, 1), NO_BOUND, LOADER)) {
        await().until(() -> bench.pairs().size() == 4);
        try (RunningSampler young =
            new RunningSampler(bench.kafka(), config(2, 1), NO_BOUND, LOADER)) {
          await().until(() -> young.events().contains("loaded 0"));
          bench.prompts(20);
          await().until(() -> bench.pairs().size() == 24);
          await().until(() -> !old.isRunning());
          assertThat(old.failure())
              .get()
              .isInstanceOf(UserException.class)
              .extracting(Throwable::getMessage)
              .isEqualTo(
                  "a newer sampler '0' of run run has taken over; give each sampler of a run its own sampler.instance");
          assertThat(young.isRunning()).isTrue();
        }
      }
      assertThat(bench.pairs()).extracting(CompletionPair::getPromptOffset).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldSampleFromTopicsThatOthersWriteUnderIdsThatNameThem() throws Exception {
    try (Bench bench = new Bench("topics")) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      bench.prompts(3);
      for (String topic : List.of("topics-listed", "topics-team-a", "topics-elsewhere")) {
        bench.promptsTo(topic, 3);
      }
      SamplerRun run =
          new SamplerRun(
              Bench.RUN,
              NO_BOUND,
              pairId -> false,
              Integer.MAX_VALUE,
              List.of("topics-listed"),
              "topics-team-.*");
      try (RunningSampler sampler = new RunningSampler(bench.kafka(), config(2, 1), run, LOADER)) {
        await().until(() -> sampler.pacing().sampled() == 9);
      }
      assertThat(bench.pairs())
          .extracting(CompletionPair::getPromptTopic)
          .containsOnly("", "topics-listed", "topics-team-a");
      assertThat(bench.pairs())
          .extracting(CompletionPair::getPairId)
          .doesNotHaveDuplicates()
          .contains(
              PairId.of(Bench.RUN, 0, 2, 0, 0),
              PairId.of(Bench.RUN, "topics-listed", 0, 2, 0, 0),
              PairId.of(Bench.RUN, "topics-team-a", 0, 0, 0, 0));
    }
  }

  /** Earlier releases had no members in the group: one sampler committed its offsets alone. */
  @Test
  void shouldContinueWhereASamplerOfAnEarlierReleaseStopped() throws Exception {
    try (Bench bench = new Bench("earlier")) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      bench.prompts(5);
      TopicPartition prompts = new TopicPartition(bench.kafka().topics().prompts().name(), 0);
      String group = SamplerRun.groupId(bench.kafka(), Bench.RUN);
      try (Admin admin = bench.kafka().admin()) {
        AdminAnswer.await(
            admin
                .alterConsumerGroupOffsets(group, Map.of(prompts, new OffsetAndMetadata(3)))
                .all());
      }
      try (RunningSampler sampler =
          new RunningSampler(bench.kafka(), config(2, 1), NO_BOUND, LOADER)) {
        await().until(() -> sampler.pacing().sampled() == 2);
      }
      assertThat(bench.pairs()).extracting(CompletionPair::getPromptOffset).containsExactly(3L, 4L);
    }
  }

  @Test
  void shouldStopAtAVersionRecordThatItCannotRead() throws Exception {
    try (Bench bench = new Bench("stop")) {
      bench.publish(0, "/models/zero", "zero", VersionStatus.PUBLISHED);
      String topic = bench.kafka().topics().policyVersions().name();
      bench.send(topic, "other-run/1", new byte[] {9}); // not this run's business
      try (RunningSampler sampler =
          new RunningSampler(bench.kafka(), config(2, 1), NO_BOUND, LOADER)) {
        await().until(() -> sampler.events().contains("loaded 0"));
        bench.send(topic, Bench.RUN + "/1", new byte[] {9});
        await().until(() -> !sampler.isRunning());
        assertThat(sampler.failure())
            .get()
            .isInstanceOf(UserException.class)
            .extracting(
                Throwable::getMessage, org.assertj.core.api.InstanceOfAssertFactories.STRING)
            .startsWith("stop.policy-versions: the record at 0-2 cannot be used")
            .doesNotContain("\n");
      }
    }
  }

  static SamplerConfig config(int batchSize, int pairsPerPrompt) {
    return Configs.of(
        "seed=1",
        "max_new_tokens=4",
        "pairs_per_prompt=" + pairsPerPrompt,
        "batch_size=" + batchSize);
  }

  static void end(Bench bench, List<CompletionPair> pairs, OutcomeKind kind) {
    for (CompletionPair pair : pairs) {
      PairOutcome outcome =
          PairOutcome.newBuilder()
              .setPairId(pair.getPairId())
              .setRunId(pair.getRunId())
              .setContentHash(pair.getContentHash())
              .setOutcome(kind)
              .setReason("test")
              .setPolicyVersion(pair.getPolicyVersion())
              .setDecidedAt(Instant.EPOCH)
              .build();
      bench.send(bench.kafka().topics().outcomes(), pair.getPairId(), outcome);
    }
  }

  private static boolean written(CompletionPair pair, long version, String sha256) {
    return pair.getPolicyVersion() == version && pair.getPolicySha256().equals(sha256);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String key) {
    return new String(record.headers().lastHeader(key).value(), StandardCharsets.UTF_8);
  }
}
