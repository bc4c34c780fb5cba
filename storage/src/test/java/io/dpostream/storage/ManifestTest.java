package io.dpostream.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final String HASH = "ab".repeat(32);

  @TempDir private Path folder;

  @Test
  void shouldListEveryFileWithSizeAndHash() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}");
    Files.createDirectory(folder.resolve("adapter"));
    Files.writeString(folder.resolve("adapter/weights.safetensors"), "abc");

    Manifest manifest = Manifest.of(folder);

    assertThat(manifest.files())
        .containsExactly(
            // SHA-256 of "abc" as FIPS 180-2 gives it
            new Manifest.Entry(
                "adapter/weights.safetensors",
                3,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            new Manifest.Entry("config.json", 2, DigestUtils.sha256Hex("{}")));
    assertThat(Manifest.read(manifest.name(), manifest.bytes())).isEqualTo(manifest);
    assertThat(Manifest.of(folder).bytes()).isEqualTo(manifest.bytes());
  }

  @Test
  void shouldRefuseContentThatItsNameDoesNotName() {
    Manifest one = new Manifest(1, List.of(new Manifest.Entry("a", 1, HASH)));
    Manifest other = new Manifest(1, List.of(new Manifest.Entry("a", 2, HASH)));

    assertThatThrownBy(() -> Manifest.read(one.name(), other.bytes()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("its content has changed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../config.json",
        "/etc/passwd",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.hidden",
        "..",
        "",
        "a\\\\b",
        "a b",
        "a:b"
      })
  void shouldRefuseNamesThatLeadElsewhere(String name) {
    byte[] bytes = json(name, "1", HASH);

    assertThatThrownBy(() -> Manifest.read(named(bytes), bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no plain name of a file");
  }

  @Test
  void shouldRefuseWhatNoVersionHolds() {
    for (byte[] bytes :
        List.of(
            json("a", "-1", HASH),
            json("a", "1", "ab"),
            "{\"format\":2,\"files\":[]}".getBytes(UTF_8),
            "{\"format\":1,\"files\":[]}".getBytes(UTF_8),
            "not JSON".getBytes(UTF_8))) {
      assertThatThrownBy(() -> Manifest.read(named(bytes), bytes))
          .as(new String(bytes, UTF_8))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .doesNotContain("\n");
    }
    Manifest.Entry file = new Manifest.Entry("a", 1, HASH);
    Manifest.Entry below = new Manifest.Entry("a/b", 1, HASH);
    assertThatThrownBy(() -> new Manifest(1, List.of(file, file))).hasMessage("names a twice");
    assertThatThrownBy(() -> new Manifest(1, List.of(below, file)))
        .hasMessage("names a as a file and as a folder");
  }

  private static byte[] json(String name, String size, String sha256) {
    return "{\"format\":1,\"files\":[{\"name\":\"%s\",\"size\":%s,\"sha256\":\"%s\"}]}"
        .formatted(name, size, sha256)
        .getBytes(UTF_8);
  }

  private static String named(byte[] bytes) {
    return "manifest-" + DigestUtils.sha256Hex(bytes).substring(0, 32) + ".json";
  }
}
