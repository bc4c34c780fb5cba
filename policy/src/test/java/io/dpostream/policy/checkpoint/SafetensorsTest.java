package io.dpostream.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.policy.torch.NamedTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void shouldReadWhatItWrote() throws IOException {
    float[] matrix = {1, -2.5f, Float.MIN_VALUE, -0.0f, Float.MAX_VALUE, 3};
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(
        file,
        List.of(
            NamedTensor.of("b", List.of(2L, 3L), matrix),
            NamedTensor.of("a", List.of(), new float[] {7})));
    Safetensors read = Safetensors.open(file);
    assertThat(read.names()).containsExactly("a", "b");
    assertThat(read.shape("b")).containsExactly(2L, 3L);
    assertThat(read.tensor("b").toFloats()).isEqualTo(matrix);
    assertThat(read.tensor("a").toFloats()).containsExactly(7);
  }

  @Test
  void shouldGiveTheSameBytesWhateverTheOrder() throws IOException {
    NamedTensor a = NamedTensor.of("a", List.of(1L), new float[] {1});
    NamedTensor b = NamedTensor.of("b", List.of(1L), new float[] {2});
    SafetensorsWriter.write(folder.resolve("ab"), List.of(a, b));
    SafetensorsWriter.write(folder.resolve("ba"), List.of(b, a));
    assertThat(folder.resolve("ab")).hasSameBinaryContentAs(folder.resolve("ba"));
  }

  @Test
  void shouldAlignTheDataToEightBytes() throws IOException {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, List.of(NamedTensor.of("odd name", List.of(1L), new float[1])));
    assertThat(Files.size(file) - Float.BYTES).isEqualTo((Files.size(file) - Float.BYTES) / 8 * 8);
  }

  /** Bit patterns from IEEE 754: half 0x3c00 is 1, 0xc500 is -5, 0x0001 is 2^-24, 0x7c00 inf. */
  @Test
  void shouldWidenHalfAndBfloat16Exactly() throws IOException {
    Path file =
        write(
            "{'h':{'dtype':'F16','shape':[4],'data_offsets':[0,8]},"
                + "'b':{'dtype':'BF16','shape':[3],'data_offsets':[8,14]}}",
            0x00,
            0x3c,
            0x00,
            0xc5,
            0x01,
            0x00,
            0x00,
            0x7c,
            0x80,
            0x3f,
            0x49,
            0x40,
            0x80,
            0xbf);
    Safetensors read = Safetensors.open(file);
    assertThat(read.tensor("h").toFloats())
        .containsExactly(1, -5, 0x1p-24f, Float.POSITIVE_INFINITY);
    // 0x4049 is 3.140625, the nearest bfloat16 to pi.
    assertThat(read.tensor("b").toFloats()).containsExactly(1, 3.140625f, -1);
  }

  @Test
  void shouldReadShardsByTheirIndex() throws IOException {
    SafetensorsWriter.write(
        folder.resolve("one.safetensors"),
        List.of(NamedTensor.of("a", List.of(1L), new float[] {1})));
    SafetensorsWriter.write(
        folder.resolve("two.safetensors"),
        List.of(NamedTensor.of("b", List.of(1L), new float[] {2})));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"a\":\"one.safetensors\",\"b\":\"two.safetensors\"}}");
    Safetensors read = Safetensors.openFolder(folder);
    assertThat(read.names()).containsExactly("a", "b");
    assertThat(read.tensor("b").toFloats()).containsExactly(2);
  }

  @Test
  void shouldRefuseAnIndexThatPlacesATensorWrongly() throws IOException {
    SafetensorsWriter.write(
        folder.resolve("one.safetensors"),
        List.of(NamedTensor.of("a", List.of(1L), new float[] {1})));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"b\":\"one.safetensors\"}}");
    assertRefused(() -> Safetensors.openFolder(folder), "has no tensor b");
  }

  @Test
  void shouldRefuseAFileCutAnywhere() throws IOException {
    Path whole = folder.resolve("whole");
    SafetensorsWriter.write(
        whole, List.of(NamedTensor.of("a", List.of(3L), new float[] {1, 2, 3})));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = folder.resolve("cut");
    for (int length = 0; length < bytes.length; length++) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertRefused(() -> Safetensors.open(cut), "cut");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not json",
        "[]",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[9223372036854775807,2],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}}",
        "{'a':{'dtype':'I8','shape':[8],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[2]}}",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]},"
            + "'b':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}"
      })
  void shouldRefuseAMalformedHeader(String header) throws IOException {
    Path file = write(header, new int[8]);
    assertRefused(() -> Safetensors.open(file), file.getFileName().toString());
  }

  @Test
  void shouldRefuseAHeaderLongerThanTheFile() throws IOException {
    Path file = folder.resolve("long");
    Files.write(
        file,
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(Long.MAX_VALUE).array());
    assertRefused(() -> Safetensors.open(file), "header of " + Long.MAX_VALUE + " bytes");
  }

  @Test
  void shouldRefuseAMissingFile() {
    assertRefused(() -> Safetensors.openFolder(folder), "no such file");
  }

  private Path write(String header, int... data) throws IOException {
    byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    for (int value : data) {
      bytes.put((byte) value);
    }
    return Files.write(folder.resolve("malformed.safetensors"), bytes.array());
  }

  private static void assertRefused(Runnable read, String told) {
    assertThatThrownBy(read::run)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(told)
        .hasMessageNotContaining("\n");
  }
}
