package io.dpostream.judge.assembler;

import static io.dpostream.judge.Votes.vote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.broker.LocalCluster;
import io.dpostream.judge.Examples;
import io.dpostream.judge.Wire;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.VerdictKind;
import io.dpostream.settings.UserException;
import io.dpostream.testing.Background;
import io.dpostream.testing.JavaChild;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class AssemblerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  @TempDir static Path dir;

  @Test
  void shouldGiveEveryPairOneOutcomeThoughTheProcessIsKilled() throws Exception {
    Wire wire = new Wire("kill");
    Topics topics = wire.settings().topics();
    int rounds = 4;
    int perRound = 2000;
    for (int round = 0; round < rounds; round++) {
      Process assembler = launch(wire);
      List<CompletionPair> pairs = new ArrayList<>();
      List<Judgment> votes = new ArrayList<>();
      for (int i = 0; i < perRound; i++) {
        CompletionPair pair =
            Examples.pair("pair-%d-%d".formatted(round, i), Examples.prompt("p"), "a" + i, "b");
        pairs.add(pair);
        votes.add(vote(pair, "rules", i % 4 == 0 ? VerdictKind.TIE : VerdictKind.FIRST));
      }
      // every other round the votes come before the pairs
      if (round % 2 == 0) {
        wire.write(topics.completionPairs(), pairs, CompletionPair::getPairId);
        wire.write(topics.judgments(), votes, Judgment::getPairId);
      } else {
        wire.write(topics.judgments(), votes, Judgment::getPairId);
        wire.write(topics.completionPairs(), pairs, CompletionPair::getPairId);
      }
      int before = round * perRound;
      // killed in the middle: after its first outcomes of the round, most likely before its last
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(PATIENCE)
          .until(() -> wire.records(topics.outcomes().name()).size() > before);
      assembler.destroyForcibly().waitFor();
    }
    Process last = launch(wire);
    wire.write(
        topics.completionPairs(),
        List.of(Examples.pair("pair-0-0", Examples.prompt("p"), "a0", "b")),
        CompletionPair::getPairId);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(wire.records(topics.outcomes().name()).size())
                    .isGreaterThanOrEqualTo(rounds * perRound));
    last.destroyForcibly().waitFor();

    List<PairOutcome> outcomes = wire.read(topics.outcomes());
    List<Preference> preferences = wire.read(topics.preferences());
    assertThat(outcomes)
        .extracting(PairOutcome::getPairId)
        .doesNotHaveDuplicates()
        .hasSize(rounds * perRound);
    assertThat(preferences)
        .extracting(Preference::getPairId)
        .doesNotHaveDuplicates()
        .hasSize(rounds * perRound * 3 / 4);
    assertThat(outcomes.stream().filter(o -> o.getOutcome() == OutcomeKind.TIE))
        .hasSize(rounds * perRound / 4);
    assertThat(wire.records(topics.deadLetters())).isEmpty();
    assertThat(dir.resolve("state-kill").toFile().list())
        .as("one copy of RocksDB's library for five processes")
        .filteredOn(name -> name.startsWith("librocksdbjni"))
        .hasSize(1);
  }

  @Test
  void shouldWaitForARegistryThatIsOutOfReachAndBuryNothingForIt() {
    try (LocalCluster cluster = LocalCluster.start(dir.resolve("cluster"))) {
      waitForTheRegistry(cluster);
    }
  }

  private static void waitForTheRegistry(LocalCluster cluster) {
    Wire wire = new Wire(cluster.settings());
    Topics topics = wire.settings().topics();
    CompletionPair pair = Examples.pair("pair", Examples.prompt("p"), "a", "b");
    wire.write(topics.completionPairs(), List.of(pair), CompletionPair::getPairId);
    wire.write(
        topics.judgments(), List.of(vote(pair, "rules", VerdictKind.FIRST)), Judgment::getPairId);
    cluster.killRegistry();
    AssemblerService service =
        new AssemblerService(
            AssemblerMain.config(dir.resolve("state-registry").toString()), wire.settings());
    CompletableFuture<Void> run = Background.run(service::run);
    try {
      await()
          .during(Duration.ofSeconds(4))
          .atMost(Duration.ofSeconds(10))
          .until(() -> wire.records(topics.outcomes().name()).isEmpty() && !run.isDone());
      cluster.restartRegistry();
      await().atMost(PATIENCE).until(() -> wire.read(topics.preferences()).size() == 1);
    } finally {
      cluster.restartRegistry();
      service.close();
    }
    assertThat(run).succeedsWithin(Duration.ofSeconds(10));
    assertThat(wire.records(topics.deadLetters())).isEmpty();
  }

  @Test
  void shouldBuryAnUndecodableRecordOnceAndGoOn() {
    Wire wire = new Wire("bad");
    Topics topics = wire.settings().topics();
    CompletionPair pair = Examples.pair("pair", Examples.prompt("p"), "a", "b");
    byte[] garbage = "not avro".getBytes(StandardCharsets.UTF_8);
    wire.write(List.of(new ProducerRecord<>(topics.judgments().name(), garbage, garbage)));
    wire.write(topics.completionPairs(), List.of(pair), CompletionPair::getPairId);
    wire.write(
        topics.judgments(), List.of(vote(pair, "rules", VerdictKind.FIRST)), Judgment::getPairId);
    AssemblerService service =
        new AssemblerService(
            AssemblerMain.config(dir.resolve("state-bad").toString()), wire.settings());
    CompletableFuture<Void> run = Background.run(service::run);
    await().atMost(PATIENCE).until(() -> wire.read(topics.preferences()).size() == 1);
    service.close();

    assertThat(run).succeedsWithin(Duration.ofSeconds(10));
    assertThat(wire.records(topics.deadLetters()))
        .singleElement()
        .satisfies(letter -> assertThat(letter.value()).isEqualTo(garbage));
  }

  @Test
  void shouldGoOnAfterRecordsAsLargeAsATopicTakes() {
    Wire wire = new Wire("large");
    Topics topics = wire.settings().topics();
    // Kafka's default bound is 1,048,588 with all around it; an example has a token a character
    byte[] garbage = new byte[1_048_500];
    CompletionPair pair = Examples.pair("pair", Examples.prompt("p"), "a".repeat(349_350), "b");
    Judgment vote =
        Judgment.newBuilder(vote(pair, "rules", VerdictKind.FIRST))
            .setRationale("because ".repeat(130_000))
            .build();
    wire.write(List.of(new ProducerRecord<>(topics.judgments().name(), garbage)));
    wire.write(topics.completionPairs(), List.of(pair), CompletionPair::getPairId);
    wire.write(topics.judgments(), List.of(vote), Judgment::getPairId);

    try (Assembling assembling = new Assembling(wire, "large", 0)) {
      await().atMost(PATIENCE).until(() -> wire.read(topics.preferences()).size() == 1);
    }
    assertThat(wire.records(topics.deadLetters()))
        .singleElement()
        .satisfies(letter -> assertThat(letter.value()).isEqualTo(garbage));
  }

  /** Of each pair and its vote exactly one stands in the partition of the pair's task. */
  @Test
  void shouldBringRecordsToTheirPairWhateverPartitionTheirClientChose() {
    Wire wire = new Wire("foreign");
    Topics topics = wire.settings().topics();
    String pairs = topics.completionPairs().name();
    String judgments = topics.judgments().name();
    wire.widen(2, topics.completionPairs(), topics.judgments());
    RecordEncoder encoder = wire.settings().encoder();
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      CompletionPair pair = Examples.pair("pair-" + i, Examples.prompt("p"), "a" + i, "b");
      Judgment vote = vote(pair, "rules", VerdictKind.FIRST);
      byte[] pairBytes = encoder.encode(topics.completionPairs(), "", pair).value();
      byte[] voteBytes = encoder.encode(topics.judgments(), "", vote).value();
      records.add(new ProducerRecord<>(pairs, i % 2, null, pairBytes));
      records.add(new ProducerRecord<>(judgments, (i + 1) % 2, null, voteBytes));
    }
    wire.write(records);
    try (Assembling assembling = new Assembling(wire, "foreign", 0)) {
      await().atMost(PATIENCE).until(() -> wire.read(topics.preferences()).size() >= 40);
    }
    assertThat(wire.read(topics.outcomes()))
        .extracting(PairOutcome::getPairId)
        .doesNotHaveDuplicates()
        .hasSize(40);
    assertThat(wire.records(topics.deadLetters())).isEmpty();
  }

  @Test
  void shouldGoOnWhenATopicIsGivenMorePartitions() {
    Wire wire = new Wire("grown");
    Topics topics = wire.settings().topics();
    CompletionPair before = Examples.pair("before", Examples.prompt("p"), "a", "b");
    List<CompletionPair> after = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      after.add(Examples.pair("after-" + i, Examples.prompt("p"), "a" + i, "b"));
    }
    String store = wire.settings().topicPrefix() + "assembler-pairs-changelog";
    wire.widen(2, topics.completionPairs(), topics.judgments());
    try (Assembling one = new Assembling(wire, "grown", 0);
        Assembling other = new Assembling(wire, "grown-too", 0)) {
      wire.write(topics.completionPairs(), List.of(before), CompletionPair::getPairId);
      await().ignoreExceptions().atMost(PATIENCE).until(() -> !wire.records(store).isEmpty());
      wire.widen(3, topics.completionPairs());
      wire.write(topics.completionPairs(), after, CompletionPair::getPairId);
      List<Judgment> votes = new ArrayList<>();
      votes.add(vote(before, "rules", VerdictKind.FIRST));
      after.forEach(pair -> votes.add(vote(pair, "rules", VerdictKind.FIRST)));
      wire.write(topics.judgments(), votes, Judgment::getPairId);

      await().atMost(PATIENCE).until(() -> wire.read(topics.preferences()).size() >= 21);
    }
    assertThat(wire.read(topics.outcomes()))
        .extracting(PairOutcome::getPairId)
        .doesNotHaveDuplicates()
        .hasSize(21);
    assertThat(wire.records(topics.deadLetters())).isEmpty();
  }

  @Test
  void shouldSayThatItsPartitionsAreFixed() {
    Wire wire = new Wire("fixed");
    String store = wire.settings().topicPrefix() + "assembler-pairs-changelog";
    wire.write(
        wire.settings().topics().completionPairs(),
        List.of(Examples.pair("pair", Examples.prompt("p"), "a", "b")),
        CompletionPair::getPairId);
    try (Assembling assembling = new Assembling(wire, "fixed", 0)) {
      await().ignoreExceptions().atMost(PATIENCE).until(() -> !wire.records(store).isEmpty());
    }
    AssemblerConfig changed = AssemblerMain.config(dir.resolve("state-fixed").toString(), 2);

    try (AssemblerService service = new AssemblerService(changed, wire.settings())) {
      assertThat(Background.run(service::run))
          .failsWithin(Duration.ofSeconds(20))
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(UserException.class)
          .withMessage(
              "assembler.partitions: 2 is not what this deployment's assembler began with; set it to 1, or 0");
    }
  }

  private static Process launch(Wire wire) {
    return JavaChild.of(AssemblerMain.class)
        .heap(256)
        .start(
            dir.resolve("assembler.log"),
            wire.settings().bootstrapServers(),
            wire.settings().schemaRegistryUrl(),
            wire.settings().topicPrefix(),
            dir.resolve("state-kill").toString());
  }

  /** An assembler in a thread of this process that soon sees what becomes of its topics. */
  private static final class Assembling implements AutoCloseable {
    private final AssemblerService service;
    private final CompletableFuture<Void> run;

    Assembling(Wire wire, String name, int partitions) {
      KafkaSettings of = wire.settings();
      KafkaSettings settings =
          new KafkaSettings(
              of.bootstrapServers(),
              of.schemaRegistryUrl(),
              of.topicPrefix(),
              Map.of("metadata.max.age.ms", "1000"));
      service =
          new AssemblerService(
              AssemblerMain.config(dir.resolve("state-" + name).toString(), partitions), settings);
      run = Background.run(service::run);
    }

    @Override
    public void close() {
      service.close();
      assertThat(run).succeedsWithin(Duration.ofSeconds(10));
    }
  }
}
