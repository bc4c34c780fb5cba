package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.SamplingParameters;
import io.dpostream.settings.RecordCopy;
import io.dpostream.storage.PublishSettings;
import io.dpostream.testing.Background;
import io.dpostream.trainer.Deployment;
import io.dpostream.trainer.FakeLearner;
import io.dpostream.trainer.TrainerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A trainer that keeps few versions. */
@Execution(ExecutionMode.CONCURRENT)
class RetentionIT {
  private static final TrainerConfig CONFIG =
      Deployment.config(Map.of("publish_steps", "1", "checkpoint_steps", "100"));
  private static final int STEPS = 4;
  private static final int MOST_ROUNDS = 50;

  @TempDir Path dir;

  @BeforeAll
  static void setCredentials() {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
  }

  @AfterAll
  static void clearCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private Deployment deployment;
  private int preferences;

  @Test
  void shouldRemoveWhatNothingNeedsAndWhatAFormerTrainerLeft() throws Exception {
    deployment = Deployment.create("retention", dir);
    deployment.prefer(preferences, preferences += 2);
    deployment.send(List.of(pair("waiting", 1)));
    PublishSettings two = RecordCopy.with(PublishSettings.defaults(), "keepVersions", 2);
    TrainerService trainer = trainer(two);
    CompletableFuture<Void> running = Background.run(trainer::run);

    trainUntil(() -> removed().contains(3L) && !folders().contains(3L));
    assertThat(removed()).contains(2L).doesNotContain(0L, 1L);
    assertThat(folders()).contains(1L).doesNotContain(2L);

    deployment.send(List.of(outcome("waiting", 1)));
    trainUntil(() -> removed().contains(1L));
    stop(trainer, running);
    assertThat(folders()).hasSize(2); // the newest two; version 0 is the folder it began with
    assertThat(dir.resolve("model")).isDirectoryNotContaining(p -> false).isNotEmptyDirectory();

    // as if it had died between the record and the deletion
    Path left = Files.createDirectory(versions().resolve(name(3)));
    Path foreign = Files.createDirectory(versions().resolve("my-copy-of-version-3"));
    TrainerService next = trainer(two);
    CompletableFuture<Void> goesOn = Background.run(next::run);
    trainUntil(() -> !Files.exists(left));
    stop(next, goesOn);

    assertThat(foreign).isDirectory();
    assertThat(deployment.ledger("r").version().orElseThrow().getVersion())
        .isEqualTo(folders().last());
  }

  @Test
  void shouldStopWhileTheStoreIsOutOfReach() throws Exception {
    deployment = Deployment.create("out-of-reach", dir);
    PublishSettings s3 =
        RecordCopy.with(PublishSettings.defaults(), "to", Optional.of("s3://bucket/prefix"));
    s3 = RecordCopy.with(s3, "s3Endpoint", Optional.of("http://127.0.0.1:1"));
    TrainerService trainer = trainer(s3);
    CompletableFuture<Void> running = Background.run(trainer::run);
    Awaitility.await()
        .atMost(60, TimeUnit.SECONDS)
        .until(() -> deployment.ledger("r").configuration().isPresent());

    stop(trainer, running);

    assertThat(deployment.versions("r")).isEmpty();
  }

  private TrainerService trainer(PublishSettings settings) {
    TrainerService.Dependencies parts =
        new TrainerService.Dependencies(
            FakeLearner::new,
            InstantSource.system(),
            TrainerListener.all(List.of()),
            LabelSmoothingAdvice.none(),
            failpoint -> {});
    return new TrainerService(
        CONFIG, deployment.spec("r"), deployment.kafka(), parts.withPublishing(settings));
  }

  private static void stop(TrainerService trainer, CompletableFuture<Void> running)
      throws Exception {
    trainer.requestStop();
    running.get(30, TimeUnit.SECONDS);
    assertThat(trainer.awaitStopped(Duration.ZERO)).isTrue();
  }

  /** Some steps, and as many versions, one time after the other until something has happened. */
  private void trainUntil(BooleanSupplier happened) {
    for (int round = 0; round < MOST_ROUNDS && !happened.getAsBoolean(); round++) {
      long before = deployment.ledger("r").publishedVersion();
      deployment.prefer(preferences, preferences += 2 * STEPS);
      Awaitility.await()
          .atMost(60, TimeUnit.SECONDS)
          .until(() -> deployment.ledger("r").publishedVersion() >= before + STEPS);
    }
    Awaitility.await().until(happened::getAsBoolean); // files go after their record
  }

  private TreeSet<Long> removed() {
    TreeSet<Long> removed = new TreeSet<>();
    records().values().stream()
        .filter(v -> v.getRemovedAt().isPresent())
        .forEach(v -> removed.add(v.getVersion()));
    return removed;
  }

  private Map<Long, PolicyVersion> records() {
    Map<Long, PolicyVersion> last = new TreeMap<>();
    deployment.versions("r").forEach(v -> last.put(v.getVersion(), v));
    return last;
  }

  private String name(long version) {
    return "version-%06d-%s"
        .formatted(version, records().get(version).getSha256().substring(0, 16));
  }

  private Path versions() {
    return deployment.folder("r").resolve("versions");
  }

  private TreeSet<Long> folders() {
    try (Stream<Path> list = Files.list(versions())) {
      TreeSet<Long> numbers = new TreeSet<>();
      list.map(p -> p.getFileName().toString())
          .filter(n -> n.startsWith("version-"))
          .forEach(n -> numbers.add(Long.parseLong(n.substring(8, 14))));
      return numbers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ProducerRecord<byte[], byte[]> pair(String id, long version) {
    Preference some = Deployment.preference(0);
    return deployment
        .kafka()
        .encoder()
        .encode(
            deployment.kafka().topics().completionPairs(),
            id,
            CompletionPair.newBuilder()
                .setPairId(id)
                .setRunId("r")
                .setPrompt(some.getPrompt())
                .setPromptPartition(0)
                .setPromptOffset(0)
                .setPromptTokenIds(some.getPromptTokenIds())
                .setGroupId("group")
                .setSampleIndex(0)
                .setFirst(some.getChosen())
                .setSecond(some.getRejected())
                .setPolicyVersion(version)
                .setPolicySha256("ab".repeat(32))
                .setSampling(
                    SamplingParameters.newBuilder().setTemperature(1).setMaxNewTokens(16).build())
                .setSeed(0)
                .setContentHash("content")
                .setCreatedAt(Instant.EPOCH)
                .build());
  }

  private ProducerRecord<byte[], byte[]> outcome(String id, long version) {
    return deployment
        .kafka()
        .encoder()
        .encode(
            deployment.kafka().topics().outcomes(),
            id,
            PairOutcome.newBuilder()
                .setPairId(id)
                .setRunId("r")
                .setContentHash("content")
                .setOutcome(OutcomeKind.TIE)
                .setReason("tie")
                .setPolicyVersion(version)
                .setDecidedAt(Instant.EPOCH)
                .build());
  }
}
