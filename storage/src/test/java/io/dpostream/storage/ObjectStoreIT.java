package io.dpostream.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.settings.RecordCopy;
import io.dpostream.settings.SettingsTree;
import io.dpostream.settings.UserException;
import io.dpostream.testing.s3.S3Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;

/** Publishes to a real S3 server and fetches from it, over connections that break. */
class ObjectStoreIT {
  private static final int MIB = 1 << 20;
  private static final String BUCKET = "versions";
  private static final VersionName NAME = new VersionName(12, "0123456789abcdef");

  @TempDir static Path serverFolder;
  static S3Server server;
  static Relay relay;

  @TempDir Path folder;
  private PublishSettings settings;
  private String run;

  @BeforeAll
  static void startServer() throws IOException {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    server = S3Server.start(serverFolder, BUCKET);
    relay = new Relay(server.endpoint());
  }

  @AfterAll
  static void stopServer() throws IOException {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    relay.close();
    server.close();
  }

  @BeforeEach
  void configure(TestInfo test) {
    relay.mend();
    run = test.getTestMethod().orElseThrow().getName();
    settings = with("to", Optional.of("s3://" + BUCKET + "/policies"));
    settings = with("s3Endpoint", Optional.of(relay.endpoint().toString()));
    settings = with("s3PartMib", 5);
  }

  private PublishSettings with(String component, Object value) {
    PublishSettings from =
        settings == null ? SettingsTree.defaults(PublishSettings.class) : settings;
    return RecordCopy.with(from, component, value);
  }

  @Test
  void shouldFetchWhatWasPublished() throws IOException {
    try (VersionStore store = store("trainer");
        VersionFolders folders = folders("cache")) {
      String uri = put(store, NAME, 3 * MIB);
      assertThat(uri)
          .startsWith("s3://versions/policies/" + run + "/version-000012-0123456789abcdef/");

      try (VersionFolder version = open(folders, uri)) {
        assertThat(files(version.path()))
            .containsExactly("adapter/adapter_config.json", "config.json", "model.safetensors");
        assertThat(version.path().resolve("model.safetensors")).hasBinaryContent(bytes(3 * MIB));
      }
      assertThat(folder.resolve("trainer/outgoing/" + NAME)).doesNotExist();
    }
  }

  @Test
  void shouldUploadALargeFileInPartsAndGoOnWithThoseThatAreMissing() throws IOException {
    try (VersionStore store = store("trainer");
        VersionFolders folders = folders("cache")) {
      relay.breakAfterSending(7 * MIB);
      assertThatThrownBy(() -> store.put(NAME, contents(11 * MIB)))
          .isInstanceOf(StoreUnavailableException.class);
      relay.mend();

      long before = relay.sent();
      String uri = put(store, NAME, 11 * MIB);

      // one of the parts of 5 MiB had arrived; 6 MiB were missing
      assertThat(relay.sent() - before).isBetween(6L * MIB, 7L * MIB);
      try (VersionFolder version = open(folders, uri)) {
        assertThat(version.path().resolve("model.safetensors")).hasBinaryContent(bytes(11 * MIB));
      }
      assertThat(bucket().unfinished("")).isEmpty();
    }
  }

  @Test
  void shouldResumeABrokenTransfer() throws IOException {
    try (VersionStore store = store("trainer");
        VersionFolders folders = folders("cache")) {
      String uri = put(store, NAME, 4 * MIB);
      relay.breakAfterAnswering(3 * MIB);
      assertThatThrownBy(() -> folders.open(uri, () -> false))
          .isInstanceOf(StoreUnavailableException.class);
      relay.mend();

      long before = relay.answered();
      try (VersionFolder version = open(folders, uri)) {
        assertThat(version.path().resolve("model.safetensors")).hasBinaryContent(bytes(4 * MIB));
        assertThat(relay.answered() - before).isBetween(1L * MIB - 64_000, 1L * MIB + 64_000);
      }
    }
  }

  @Test
  void shouldRefuseADamagedObject() throws IOException {
    try (VersionStore store = store("trainer");
        VersionFolders folders = folders("cache")) {
      String uri = put(store, NAME, MIB);
      damageStored(MIB);

      assertThatThrownBy(() -> open(folders, uri))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("model.safetensors: has SHA-256")
          .hasMessageContaining("publish the version again");
    }
  }

  @Test
  void shouldKeepWhatASecondWriterFinds() throws IOException {
    try (VersionStore first = store("first");
        VersionStore second = store("second")) {
      String uri = put(first, NAME, 6 * MIB);

      assertThat(put(second, NAME, 6 * MIB)).isEqualTo(uri);
      assertThatThrownBy(() -> put(second, NAME, 7 * MIB))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("holds something else than what is to be published");
      assertThat(bucket().create(key("config.json"), RequestBody.fromString("x"), "00".repeat(32)))
          .isFalse();
    }
  }

  @Test
  void shouldKeepFewVersionsAndThoseThatAnyProcessUses() throws Exception {
    List<String> uris = new ArrayList<>();
    try (VersionStore store = store("trainer")) {
      for (int version = 1; version <= 4; version++) {
        uris.add(put(store, new VersionName(version, "0123456789abcdef"), 1000 + version));
      }
    }
    settings = with("cacheVersions", 1);
    Process other = startCacheUser(uris.get(0));
    try (VersionFolders folders = folders("cache");
        BufferedReader said = other.inputReader()) {
      String ready =
          said.lines().filter(l -> l.startsWith(CacheUser.READY)).findFirst().orElseThrow();
      Path used = Path.of(ready.substring(CacheUser.READY.length()));
      open(folders, uris.get(1)).close();
      Path second;
      try (VersionFolder here = open(folders, uris.get(2))) {
        second = here.path();
        open(folders, uris.get(3)).close();
        assertThat(folder.resolve("cache")).isDirectoryContaining(p -> p.equals(used));
        assertThat(second).isDirectory();
      }
      assertThat(entries()).hasSize(3); // two in use, and the newest

      other.destroyForcibly().waitFor();
      open(folders, uris.get(3)).close();

      assertThat(entries()).hasSize(1);
      assertThat(used).doesNotExist();
      assertThat(second).doesNotExist();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void shouldFetchAgainWhatWasDamagedOnThisMachine() throws IOException {
    String uri;
    try (VersionStore store = store("trainer")) {
      uri = put(store, NAME, 1000);
    }
    Path weights;
    try (VersionFolders folders = folders("cache");
        VersionFolder version = open(folders, uri)) {
      weights = version.path().resolve("model.safetensors");
    }
    Files.writeString(weights, "damaged");

    try (VersionFolders later = folders("cache");
        VersionFolder version = open(later, uri)) {
      assertThat(version.path().resolve("model.safetensors")).hasBinaryContent(bytes(1000));
    }
  }

  @Test
  void shouldStopAFetchAndWaitForAStoreThatIsGone() {
    String uri;
    try (VersionStore store = store("trainer")) {
      uri = put(store, NAME, MIB);
    }
    try (VersionFolders folders = folders("cache")) {
      assertThatThrownBy(() -> folders.open(uri, () -> true))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining("stopped");
      relay.breakAfterAnswering(0);
      assertThatThrownBy(() -> folders.open(uri, () -> false))
          .isInstanceOfSatisfying(
              StoreUnavailableException.class, e -> assertThat(e.isLasting()).isFalse());
    }
  }

  @Test
  void shouldSayWhatToMendWhereTheBucketIsMissing() {
    settings = with("to", Optional.of("s3://no-such-bucket/policies"));

    assertThatThrownBy(() -> store("trainer"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("publish.to: s3://no-such-bucket/")
        .hasMessageContaining("create the bucket");
  }

  @Test
  void shouldRemoveAVersionAgainAndAgain() {
    try (VersionStore store = store("trainer")) {
      put(store, NAME, 1000);
      VersionName other = new VersionName(13, "0123456789abcdef");
      put(store, other, 1000);
      assertThat(store.list()).containsExactlyInAnyOrder(NAME, other);

      store.remove(NAME);
      store.remove(NAME);

      assertThat(store.list()).containsExactly(other);
    }
  }

  private Process startCacheUser(String uri) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Daws.accessKeyId=test",
                "-Daws.secretAccessKey=test",
                CacheUser.class.getName(),
                relay.endpoint().toString(),
                folder.resolve("cache").toString(),
                uri)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder.start();
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> all = Files.list(folder.resolve("cache"))) {
      return all.filter(Files::isDirectory).toList();
    }
  }

  private VersionStore store(String trainer) {
    VersionStore store = VersionStores.open(settings, run, folder.resolve(trainer));
    patiently(
        () -> {
          store.open(-1);
          return true;
        });
    return store;
  }

  /** Tries again where a busy machine lets the server answer too late. */
  private static <T> T patiently(Supplier<T> action) {
    for (int left = 5; ; left--) {
      try {
        return action.get();
      } catch (StoreUnavailableException e) {
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  private static String put(VersionStore store, VersionName name, int size) {
    return patiently(() -> store.put(name, contents(size)));
  }

  private static VersionFolder open(VersionFolders folders, String uri) {
    return patiently(() -> folders.open(uri, () -> false));
  }

  private VersionFolders folders(String cache) {
    return new VersionFolders(settings, folder.resolve(cache));
  }

  private S3Bucket bucket() {
    return new S3Bucket(S3Access.open(settings), BUCKET);
  }

  private String key(String file) {
    return "policies/" + run + "/" + NAME + "/" + file;
  }

  private static AtomicFolder.Contents contents(int size) {
    return empty -> {
      Files.writeString(empty.resolve("config.json"), "{}\n");
      Files.write(empty.resolve("model.safetensors"), bytes(size));
      Files.createDirectory(empty.resolve("adapter"));
      Files.writeString(empty.resolve("adapter/adapter_config.json"), "{}\n");
    };
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Changes a byte of an object on the server's disk, below everything that checks. */
  private static void damageStored(int size) throws IOException {
    byte[] content = bytes(size);
    try (Stream<Path> files = Files.walk(serverFolder)) {
      Path stored =
          files
              .filter(Files::isRegularFile)
              .filter(file -> holds(file, content))
              .findFirst()
              .orElseThrow();
      content[size / 2] ^= 1;
      Files.write(stored, content);
    }
  }

  private static boolean holds(Path file, byte[] content) {
    try {
      return Files.size(file) == content.length && Arrays.equals(Files.readAllBytes(file), content);
    } catch (IOException e) {
      return false;
    }
  }
}
