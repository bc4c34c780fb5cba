package io.dpostream.pipeline.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.pipeline.cli.Dpo;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.storage.VersionName;
import io.dpostream.storage.VersionStore;
import io.dpostream.storage.VersionStores;
import io.dpostream.testing.s3.S3Server;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart's loop, with versions that pass through S3 and are not kept for ever. */
class ObjectStoreLoopIT {
  private static final int STEPS = 8;

  @TempDir private Path folder;

  @Test
  void shouldSampleFromVersionsOfAnObjectStore() throws Exception {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    try (S3Server server = S3Server.start(folder.resolve("s3"), "policies")) {
      Path run = folder.resolve("run");
      List<String> args =
          new ArrayList<>(List.of("quickstart", "--dir", run.toString(), "--steps", "" + STEPS));
      for (String setting :
          List.of(
              "publish.to=s3://policies/team",
              "publish.s3_endpoint=" + server.endpoint(),
              "publish.keep_versions=2",
              "trainer.publish_steps=1",
              "trainer.per_device_train_batch_size=8",
              "evaluation.min_decided=1",
              "evaluation.max_rounds=1")) {
        args.addAll(List.of("--set", setting));
      }

      Dpo result = Dpo.run(args.toArray(String[]::new));

      assertThat(result.err()).isEmpty();
      assertThat(result.code()).isZero();
      JsonNode report = Reports.in(run);
      assertThat(report.get("steps").asLong()).isEqualTo(STEPS);
      assertThat(report.get("published_versions").asLong()).isEqualTo(STEPS);
      assertVersions(run);
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  private static void assertVersions(Path run) {
    RunFolder folder = new RunFolder(run);
    Settings settings = Settings.reader().file(folder.settings()).read();
    Map<Long, PolicyVersion> versions = new TreeMap<>();
    List<CompletionPair> pairs = new ArrayList<>();
    try (KafkaAccess kafka = KafkaAccess.open(settings, folder)) {
      TopicScan scan = new TopicScan(kafka.settings());
      scan.read(
          kafka.settings().topics().policyVersions(),
          at -> versions.put(at.value().getVersion(), at.value()));
      scan.read(kafka.settings().topics().completionPairs(), at -> pairs.add(at.value()));
    }
    assertThat(versions).hasSize(STEPS + 1);
    assertThat(versions.values())
        .allSatisfy(v -> assertThat(v.getUri()).startsWith("s3://policies/team/quickstart/"));
    assertThat(pairs.stream().map(CompletionPair::getPolicyVersion).distinct().count())
        .isGreaterThan(1);
    assertThat(pairs)
        .allSatisfy(
            pair ->
                assertThat(pair.getPolicySha256())
                    .isEqualTo(versions.get(pair.getPolicyVersion()).getSha256()));
    assertThat(folder.trainer().resolve("versions")).doesNotExist();
    Set<Long> kept =
        versions.values().stream()
            .filter(v -> v.getRemovedAt().isEmpty())
            .map(PolicyVersion::getVersion)
            .collect(Collectors.toSet());
    assertThat(kept).contains(0L, STEPS - 1L, (long) STEPS).hasSizeLessThan(STEPS);
    try (VersionStore store =
        VersionStores.open(settings.publish(), settings.run().id(), folder.trainer())) {
      assertThat(store.list().stream().map(VersionName::version))
          .containsExactlyInAnyOrderElementsOf(kept);
    }
  }
}
