package io.dpostream.sampler.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.sampler.Bench;
import io.dpostream.sampler.SamplerRun;
import io.dpostream.schemas.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class PromptFeederIT {
  @TempDir private static Path dir;

  @Test
  void shouldStayAheadByItsBoundAndGoOnWhereItStopped() throws Exception {
    try (Bench bench = new Bench("ahead")) {
      Path file = file(7);
      try (Running feeder = new Running(bench, file, 0, 10)) {
        await().until(() -> fed(bench).size() == 10);
        await().during(Duration.ofMillis(400)).until(() -> fed(bench).size() == 10);
      }
      // 6 used: 4 are ahead, no more than half of the bound, so it fills up to 10 again
      use(bench, fedOffset(bench, 5) + 1);
      try (Running feeder = new Running(bench, file, 0, 10)) {
        await().until(() -> fed(bench).size() == 16);
      }
      // nothing used since: a restarted feeder knows that it is 10 ahead
      try (Running feeder = new Running(bench, file, 0, 10)) {
        await().during(Duration.ofMillis(400)).until(() -> fed(bench).size() == 16);
      }
      assertThat(fed(bench)).containsExactlyElementsOf(looped(7, 16));
    }
  }

  @Test
  void shouldFindItsPlaceWhenEverythingWasUsedAndOthersWroteAfterIt() throws Exception {
    try (Bench bench = new Bench("others")) {
      Path file = file(3);
      try (Running feeder = new Running(bench, file, 0, 2)) {
        await().until(() -> fed(bench).size() == 2);
      }
      bench.prompts(600); // from elsewhere, more than one window of looking back
      use(bench, fedOffset(bench, 601) + 1);
      try (Running feeder = new Running(bench, file, 0, 2)) {
        await().until(() -> fed(bench).size() == 604);
      }
      assertThat(fed(bench).subList(602, 604)).containsExactly("line-2 0", "line-0 1");
    }
  }

  @Test
  void shouldEndAfterItsLastEpoch() throws Exception {
    try (Bench bench = new Bench("epochs")) {
      Path file = file(5);
      try (Running feeder = new Running(bench, file, 2, 100)) {
        feeder.done.get(30, TimeUnit.SECONDS);
      }
      await().until(() -> fed(bench).size() == 10);
      assertThat(fed(bench)).containsExactlyElementsOf(looped(5, 10));
      try (Running feeder = new Running(bench, file, 2, 100)) {
        feeder.done.get(30, TimeUnit.SECONDS);
      }
      assertThat(fed(bench)).hasSize(10);
    }
  }

  @Test
  void shouldWaitWhileAnotherFeedsAndTakeOverWhenThatOneStops() throws Exception {
    try (Bench bench = new Bench("over")) {
      Path file = file(5);
      Running old = new Running(bench, file, 0, 4);
      await().until(() -> fed(bench).size() == 4);
      try (Running young = new Running(bench, file, 0, 4)) {
        use(bench, fedOffset(bench, 3) + 1);
        await().until(() -> fed(bench).size() == 8);
        assertThat(old.done).isNotDone();
        old.close();
        use(bench, fedOffset(bench, 7) + 1);
        await().until(() -> fed(bench).size() == 12);
      }
      assertThat(fed(bench)).containsExactlyElementsOf(looped(5, 12));
    }
  }

  /** Another feeder's transaction hides what was committed after it from all readers. */
  @Test
  void shouldFindItsPlaceBehindAnOpenTransactionOfAnother() throws Exception {
    try (Bench bench = new Bench("hidden")) {
      Path file = file(3);
      Running first = new Running(bench, file, 0, 4);
      await().until(() -> fed(bench).size() == 4);
      try (KafkaProducer<byte[], byte[]> other = open(bench)) {
        long end = endOfAll(bench);
        use(bench, end);
        await().until(() -> endOfAll(bench) > end + 4);
        first.close();
        assertThat(fed(bench)).as("what can be read").hasSize(4);

        try (Running second = new Running(bench, file, 0, 4)) {
          await().during(Duration.ofSeconds(6)).until(() -> endOfAll(bench) == end + 5);
          assertThat(second.done).isNotDone();
          other.abortTransaction();
          await().until(() -> fed(bench).size() == 8);
          use(bench, fedOffset(bench, 7) + 1);
          await().until(() -> fed(bench).size() == 12);
        }
      }
      assertThat(fed(bench)).containsExactlyElementsOf(looped(3, 12));
    }
  }

  /** The end of the prompts, with what open transactions hide. */
  private static long endOfAll(Bench bench) throws Exception {
    TopicPartition partition = new TopicPartition(bench.kafka().topics().prompts().name(), 0);
    try (Admin admin = bench.kafka().admin()) {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .partitionResult(partition)
          .get()
          .offset();
    }
  }

  /** A producer with a prompt in an open transaction. */
  private static KafkaProducer<byte[], byte[]> open(Bench bench) throws Exception {
    String id = bench.kafka().topicPrefix() + "open";
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            bench.kafka().transactionalProducer(id, id),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
    producer.beginTransaction();
    String prompts = bench.kafka().topics().prompts().name();
    producer.send(new ProducerRecord<>(prompts, new byte[] {1})).get();
    return producer;
  }

  @Test
  void shouldFeedSideBySideUnderNamesOfTheirOwn() throws Exception {
    try (Bench bench = new Bench("named")) {
      Path file = file(3);
      try (Running first = new Running(bench, named(file, "one"));
          Running second = new Running(bench, named(file, "two"))) {
        first.done.get(30, TimeUnit.SECONDS);
        second.done.get(30, TimeUnit.SECONDS);
      }
      await().until(() -> fed(bench).size() == 12);
      assertThat(fed(bench))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(looped(3, 6).stream(), looped(3, 6).stream()).toList());
    }
  }

  private static FeederConfig named(Path file, String name) {
    return new FeederConfig(file.toString(), 2, 100, false, 0, Map.of(), name, List.of(), "");
  }

  private static Path file(int prompts) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < prompts; i++) {
      lines.add("{\"id\": \"line-%d\", \"prompt\": \"text %d\"}".formatted(i, i));
    }
    return Files.write(Files.createTempFile(dir, "prompts", ".jsonl"), lines);
  }

  /** What a looped file of so many prompts gives: ids and epochs. */
  private static List<String> looped(int prompts, int count) {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      expected.add("line-" + i % prompts + " " + i / prompts);
    }
    return expected;
  }

  private static List<String> fed(Bench bench) {
    List<Prompt> prompts = bench.values(bench.kafka().topics().prompts());
    return prompts.stream().map(p -> p.getId() + " " + p.getEpoch()).toList();
  }

  private static long fedOffset(Bench bench, int index) {
    return bench.records(bench.kafka().topics().prompts().name()).get(index).offset();
  }

  /** Commits as the sampler would. */
  private static void use(Bench bench, long nextOffset) throws Exception {
    TopicPartition partition = new TopicPartition(bench.kafka().topics().prompts().name(), 0);
    try (Admin admin = bench.kafka().admin()) {
      admin
          .alterConsumerGroupOffsets(
              SamplerRun.groupId(bench.kafka(), Bench.RUN),
              Map.of(partition, new OffsetAndMetadata(nextOffset)))
          .all()
          .get();
    }
  }

  private static final class Running implements AutoCloseable {
    private final PromptFeeder feeder;
    private final CompletableFuture<Void> done;

    Running(Bench bench, Path file, int epochs, int maxAhead) {
      this(bench, FeederConfig.of(file.toString(), epochs, maxAhead));
    }

    Running(Bench bench, FeederConfig config) {
      this.feeder = new PromptFeeder(Bench.RUN, config, bench.kafka());
      this.done = CompletableFuture.runAsync(feeder::run, task -> new Thread(task).start());
    }

    @Override
    public void close() {
      feeder.close();
      done.join();
    }
  }
}
