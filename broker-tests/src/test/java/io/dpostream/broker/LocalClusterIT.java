package io.dpostream.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.dpostream.kafka.FormerMembers;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.schemas.Message;
import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metadata.UnregisterBrokerRecord;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class LocalClusterIT {
  @TempDir Path dir;

  @Test
  void shouldKeepRecordsAndSchemasAcrossARestart() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      ensureTopics(cluster.settings());
      write(cluster.settings(), "a", "b");
    }
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      assertThat(read(cluster.settings(), 2)).containsExactly("a", "b");
    }
  }

  @Test
  void shouldLoseNothingAcknowledgedWhenTheBrokerIsKilled() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      KafkaSettings settings = cluster.settings();
      ensureTopics(settings);
      List<String> written = IntStream.range(0, 200).mapToObj(i -> "p" + i).toList();
      List<Future<RecordMetadata>> acknowledgements = new ArrayList<>();
      try (var producer = new KafkaProducer<String, SpecificRecord>(settings.producer("test"))) {
        CompletableFuture<Void> restart = new CompletableFuture<>();
        for (String id : written) {
          acknowledgements.add(producer.send(record(settings, id)));
          if (id.equals("p100")) {
            cluster.killBroker(); // with records on their way
            restart = CompletableFuture.runAsync(cluster::restartBroker);
          }
        }
        restart.join();
        for (Future<RecordMetadata> acknowledgement : acknowledgements) {
          acknowledgement.get();
        }
      }
      assertThat(read(settings, 200)).isEqualTo(written);
    }
  }

  /** A start that is too slow waits for the session of the one before. */
  @Test
  void shouldTakeOutABrokerThatWasKilledAndKeepItsRecords() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      ensureTopics(cluster.settings());
      write(cluster.settings(), "a", "b");
      for (int kill = 0; kill < 10 && removals() == 0; kill++) {
        cluster.killBroker();
        cluster.restartBroker();
      }
      assertThat(removals()).isPositive();
      write(cluster.settings(), "c");
      assertThat(read(cluster.settings(), 3)).containsExactly("a", "b", "c");
    }
  }

  /** Number of registrations that were taken out, from the controller's own log. */
  private long removals() throws IOException {
    Path log = dir.resolve("kafka/data/__cluster_metadata-0/00000000000000000000.log");
    long found = 0;
    try (FileRecords records = FileRecords.open(log.toFile(), false)) {
      for (RecordBatch batch : records.batches()) {
        for (Record record : batch) {
          if (!batch.isControlBatch()
              && MetadataRecordSerde.INSTANCE
                      .read(new ByteBufferAccessor(record.value()), record.valueSize())
                      .message()
                  instanceof UnregisterBrokerRecord) {
            found++;
          }
        }
      }
    }
    return found;
  }

  @Test
  void shouldServeKnownSchemasWithoutTheRegistryAndAllOfThemAfterItsRestart() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      KafkaSettings settings = cluster.settings();
      ensureTopics(settings);
      write(settings, "a");
      cluster.killRegistry();
      assertThat(cluster.isAlive()).isFalse();
      cluster.restartRegistry();
      assertThat(read(settings, 1)).containsExactly("a");
    }
  }

  /** The session of the one before lasts ten minutes, and nobody says that it has died. */
  @Test
  void shouldNotLetAGroupWaitForMembersOfBeforeAKill() throws Exception {
    Map<String, Object> member = new HashMap<>();
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      ensureTopics(cluster.settings());
      member.putAll(cluster.settings().consumer("member"));
      member.put(ConsumerConfig.GROUP_ID_CONFIG, "group");
      member.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 600_000);
      KafkaConsumer<byte[], byte[]> before = new KafkaConsumer<>(member);
      awaitPartitions(before, cluster.settings());
      cluster.killBroker();
      before.close(CloseOptions.timeout(Duration.ZERO));
      cluster.restartBroker();

      try (Admin admin = cluster.settings().admin()) {
        FormerMembers.remove(admin, List.of("group", "another"));
      }

      try (KafkaConsumer<byte[], byte[]> after = new KafkaConsumer<>(member)) {
        awaitPartitions(after, cluster.settings());
      }
    }
  }

  private static void awaitPartitions(
      KafkaConsumer<byte[], byte[]> member, KafkaSettings settings) {
    member.subscribe(List.of(settings.topics().prompts().name()));
    // "Assigned" is before the first position is known, which the group does not have
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptionsInstanceOf(NoOffsetForPartitionException.class)
        .until(
            () -> {
              if (member.assignment().isEmpty()) {
                member.poll(Duration.ofMillis(100));
              }
              return !member.assignment().isEmpty();
            });
  }

  @Test
  void shouldRegisterSchemasWhileOthersSendHalfRequests() throws Exception {
    List<Socket> others = new ArrayList<>();
    try (LocalCluster cluster = LocalCluster.start(dir)) {
      KafkaSettings settings = cluster.settings();
      ensureTopics(settings);
      URI registry = URI.create(settings.schemaRegistryUrl());
      for (int i = 0; i < 100; i++) {
        Socket socket = new Socket(registry.getHost(), registry.getPort());
        others.add(socket);
        socket
            .getOutputStream()
            .write(
                "POST /subjects/a/versions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
                    .getBytes());
      }
      write(settings, "a");
      assertThat(read(settings, 1)).containsExactly("a");
    } finally {
      for (Socket socket : others) {
        socket.close();
      }
    }
  }

  @Test
  void shouldEndItsChildrenWhenTheParentIsKilled() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ClusterMain.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<ProcessHandle> children = new ArrayList<>();
    try (var out = parent.inputReader()) {
      assertThat(out.readLine()).isEqualTo("started");
      parent.descendants().forEach(children::add);
      assertThat(children).hasSize(2);
    } finally {
      parent.destroyForcibly();
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void shouldNameThePortThatIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Ports free = Ports.free();
      Ports ports = new Ports(taken.getLocalPort(), free.controller(), free.registry());
      assertThatExceptionOfType(UserException.class)
          .isThrownBy(() -> LocalCluster.start(dir, ports))
          .withMessage(
              "broker port: %d is in use on 127.0.0.1; stop what listens there or choose another port",
              taken.getLocalPort());
    }
  }

  @Test
  void shouldNameTheDirectoryThatCannotBeWritten() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "not a directory");
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> LocalCluster.start(file))
        .withMessageStartingWith("directory: " + file + " cannot be written");
  }

  @Test
  void shouldRefuseADirectoryInUse() {
    try (DirectoryLock held = DirectoryLock.take(dir, Duration.ZERO)) {
      assertThatExceptionOfType(UserException.class)
          .isThrownBy(() -> LocalCluster.start(dir))
          .withMessageStartingWith("directory: " + dir + " is in use by another process");
    }
  }

  private static void ensureTopics(KafkaSettings settings) {
    try (Admin admin = settings.admin()) {
      settings.topics().ensure(admin);
    }
  }

  private static void write(KafkaSettings settings, String... ids) throws Exception {
    try (var producer = new KafkaProducer<String, SpecificRecord>(settings.producer("test"))) {
      for (String id : ids) {
        producer.send(record(settings, id)).get();
      }
    }
  }

  private static ProducerRecord<String, SpecificRecord> record(KafkaSettings settings, String id) {
    Message message = Message.newBuilder().setRole("user").setContent("Hello " + id).build();
    Prompt prompt = Prompt.newBuilder().setId(id).setMessages(List.of(message)).build();
    // to one partition, so that what is read is in the order in which it was written
    return new ProducerRecord<>(settings.topics().prompts().name(), 0, id, prompt);
  }

  private static List<String> read(KafkaSettings settings, int count) {
    Topic<Prompt> topic = settings.topics().prompts();
    var decoder = settings.decoder(topic);
    List<String> ids = new ArrayList<>();
    try (var consumer = new KafkaConsumer<byte[], byte[]>(settings.consumer("test"))) {
      TopicPartition partition = new TopicPartition(topic.name(), 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                consumer
                    .poll(Duration.ofMillis(100))
                    .forEach(
                        record -> {
                          assertThat(decoder.decode(record)).isInstanceOf(Decoded.Value.class);
                          ids.add(((Decoded.Value<Prompt>) decoder.decode(record)).value().getId());
                        });
                return ids.size() >= count;
              });
    }
    return ids;
  }
}
