package io.dpostream.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.RecordCopy;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublishSettingsTest {
  @ParameterizedTest
  @CsvSource({
    "s3://bucket, s3://bucket/run",
    "s3://bucket/, s3://bucket/run",
    "s3://my.bucket-1/a/b, s3://my.bucket-1/a/b/run",
    "s3://bucket/a/b/, s3://bucket/a/b/run"
  })
  void shouldReadAPlaceInAnObjectStore(String to, String place) {
    assertThat(settings("to", Optional.of(to)).object().orElseThrow().resolve("run"))
        .hasToString(place);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://",
        "s3://b",
        "s3://Bucket/a",
        "s3://bucket//a",
        "s3://bucket/a b",
        "gs://b/a"
      })
  void shouldRefuseWhatIsNoPlace(String to) {
    assertThatThrownBy(() -> settings("to", Optional.of(to)))
        .hasMessageStartingWith("to: '" + to + "' is n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3.example.com", "ftp://s3.example.com", "https://key:secret@s3.example.com"})
  void shouldRefuseAnEndpointAndShowNoSecretOfIt(String endpoint) {
    assertThatThrownBy(() -> settings("s3Endpoint", Optional.of(endpoint)))
        .hasMessageContaining("s3_endpoint")
        .hasMessageContaining("credentials belong in the environment")
        .message()
        .doesNotContain("secret@");
  }

  @Test
  void shouldKeepWhatSamplersMayStillLoad() {
    assertThatThrownBy(() -> settings("keepVersions", 1))
        .hasMessageContaining("keep_versions: 1 must be at least 2");
  }

  @Test
  void shouldPublishToAFolderThatSamplersShare(@TempDir Path folder) {
    PublishSettings shared = settings("to", Optional.of(folder.toString()));
    VersionName name = new VersionName(3, "0123456789abcdef");
    try (VersionStore store = VersionStores.open(shared, "run", folder.resolve("trainer"))) {
      String uri =
          store.put(name, empty -> java.nio.file.Files.writeString(empty.resolve("a"), "a"));

      assertThat(Path.of(uri)).isEqualTo(folder.resolve("run/version-000003-0123456789abcdef"));
      assertThat(store.list()).containsExactly(name);
      store.remove(name);
      assertThat(store.list()).isEmpty();
      assertThat(folder.resolve("run")).isEmptyDirectory();
    }
  }

  @Test
  void shouldRefuseAnAddressThatIsNoManifest() {
    assertThatThrownBy(
            () -> PublishedObjects.parse("s3://bucket/run/version-000003-0123456789abcdef"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("is no version's manifest");
  }

  private static PublishSettings settings(String component, Object value) {
    return RecordCopy.with(PublishSettings.defaults(), component, value);
  }
}
