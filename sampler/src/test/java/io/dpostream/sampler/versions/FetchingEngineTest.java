package io.dpostream.sampler.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.schemas.PolicyVersion;
import io.dpostream.schemas.VersionStatus;
import io.dpostream.settings.RecordCopy;
import io.dpostream.storage.PublishSettings;
import io.dpostream.storage.VersionFolders;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchingEngineTest {
  private final List<String> loaded = new ArrayList<>();
  private final SamplingEngine engine =
      version -> {
        loaded.add(version.getUri());
        throw new IllegalStateException("loaded");
      };

  @TempDir private Path folder;

  @Test
  void shouldLoadAFolderWhereItIs() {
    try (VersionFolders folders = new VersionFolders(PublishSettings.defaults(), folder)) {
      FetchingEngine fetching = new FetchingEngine(engine, folders);

      assertThatThrownBy(() -> fetching.load(version("/models/policy"))).hasMessage("loaded");
      assertThatThrownBy(() -> fetching.load(version("file:///models/next"))).hasMessage("loaded");
    }
    assertThat(loaded).containsExactly("/models/policy", "/models/next");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void shouldWaitForAStoreThatIsOutOfReachAndNotAskItAllTheTime() throws IOException {
    try (ServerSocket bound = new ServerSocket(0)) {
      String endpoint = "http://127.0.0.1:" + bound.getLocalPort();
      bound.close(); // nobody listens there now
      PublishSettings settings =
          RecordCopy.with(PublishSettings.defaults(), "s3Endpoint", Optional.of(endpoint));
      System.setProperty("aws.accessKeyId", "test");
      System.setProperty("aws.secretAccessKey", "test");
      try (VersionFolders folders = new VersionFolders(settings, folder)) {
        FetchingEngine fetching = new FetchingEngine(engine, folders);
        PolicyVersion version =
            version(
                "s3://bucket/run/version-000001-0123456789abcdef/manifest-%s.json"
                    .formatted("ab".repeat(16)));
        assertThatThrownBy(() -> fetching.load(version))
            .isInstanceOf(EngineUnavailableException.class)
            .hasMessageContaining("Connection refused");
        try (ServerSocket asked = new ServerSocket(bound.getLocalPort())) {
          asked.setSoTimeout(1);
          assertThatThrownBy(() -> fetching.load(version))
              .isInstanceOf(EngineUnavailableException.class)
              .hasMessageContaining("Connection refused"); // what was said before: nobody was asked
          assertThatThrownBy(asked::accept).isInstanceOf(java.net.SocketTimeoutException.class);
        }
      } finally {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
      }
    }
    assertThat(loaded).isEmpty();
  }

  @Test
  void shouldChooseNoVersionWhoseFilesAreGone() {
    VersionChoice choice = new VersionChoice();
    choice.read(version("/models/policy"));
    assertThat(choice.best()).isPresent();

    choice.read(
        PolicyVersion.newBuilder(version("/models/policy")).setRemovedAt(Instant.EPOCH).build());

    assertThat(choice.best()).isEmpty();
  }

  private static PolicyVersion version(String uri) {
    return PolicyVersion.newBuilder()
        .setRunId("run")
        .setVersion(1)
        .setUri(uri)
        .setSha256("ab".repeat(32))
        .setReferenceSha256("cd".repeat(32))
        .setStep(1)
        .setStatus(VersionStatus.PUBLISHED)
        .setPublishedAt(Instant.EPOCH)
        .build();
  }
}
