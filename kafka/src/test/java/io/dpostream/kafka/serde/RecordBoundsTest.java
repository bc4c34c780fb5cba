package io.dpostream.kafka.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.Preference;
import io.dpostream.schemas.Prompt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SystemLimitException;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.RandomData;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordBoundsTest {
  static Stream<Schema> topics() {
    return Stream.of(
        Prompt.getClassSchema(),
        CompletionPair.getClassSchema(),
        Judgment.getClassSchema(),
        Preference.getClassSchema());
  }

  @ParameterizedTest
  @MethodSource("topics")
  void shouldLetEveryRecordPass(Schema schema) throws IOException {
    for (Object value : new RandomData(schema, 200, 7)) {
      RecordBounds.check(schema, encode(schema, value), 0);
    }
  }

  @ParameterizedTest
  @MethodSource("topics")
  void shouldLeaveNothingThatAReaderDiesOf(Schema schema) throws IOException {
    Random random = new Random(11);
    for (Object value : new RandomData(schema, 300, 13)) {
      byte[] bytes = encode(schema, value);
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      try {
        RecordBounds.check(schema, bytes, 0);
      } catch (SerializationException refused) {
        continue;
      }
      try {
        new GenericDatumReader<>(schema)
            .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
      } catch (IOException | RuntimeException wrong) {
        assertThat(wrong).isNotInstanceOf(SystemLimitException.class);
      }
    }
  }

  @Test
  void shouldRefuseLengthsThatTheBytesDoNotHold() {
    String longs = "{\"type\":\"array\",\"items\":\"long\"}";
    assertRefused(
        longs, "an array of length 2147483639, where 3 bytes remain", 2147483639L, 1, 2, 3);
    assertRefused(longs, "an array of length -9223372036854775808", Long.MIN_VALUE, 0, 0);
    assertRefused(longs, "a block of an array of length 9", -1, 9, 1);
    assertRefused("\"string\"", "string of length 1000000, where 1 bytes remain", 1_000_000, 1);
    assertRefused("\"bytes\"", "bytes of length -1, where 0 bytes remain", -1);
    assertRefused("{\"type\":\"map\",\"values\":\"int\"}", "a map of length 99", 99, 0);
    assertRefused(
        "{\"type\":\"fixed\",\"name\":\"f\",\"size\":2147483639}", "f of length 2147483639", 1);
    assertRefused("[\"null\",\"int\"]", "a union of 2 has no branch 7", 7);
    assertRefused("\"int\"", "1 more bytes follow", 5, 6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "eight bytes and more", "grün", "京都 and then 1234567890", "🙂"})
  void shouldTakeTextsOfEveryKind(String text) throws IOException {
    Schema string = Schema.create(Schema.Type.STRING);
    RecordBounds.check(string, encode(string, text.repeat(100)), 0);
  }

  @Test
  void shouldRefuseTextThatIsNotUtf8() {
    assertNotText(0xff);
    assertNotText('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 0x80);
    assertNotText(0xc3, 'a');
    assertNotText(0xed, 0xa0, 0x80); // half of a surrogate pair
    assertNotText(0xf0, 0x9f, 0x99); // an emoji without its end
  }

  private static void assertNotText(int... text) {
    Schema bytes = Schema.create(Schema.Type.BYTES);
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    for (int one : text) {
      value.write(one);
    }
    assertThatThrownBy(
            () ->
                RecordBounds.check(
                    Schema.create(Schema.Type.STRING),
                    encode(bytes, ByteBuffer.wrap(value.toByteArray())),
                    0))
        .isInstanceOf(SerializationException.class)
        .hasMessage("a string is not UTF-8");
  }

  @Test
  @Timeout(20)
  void shouldBoundWhatTakesNoBytes() {
    assertThatThrownBy(
            () -> RecordBounds.check(new Schema.Parser().parse(NESTED_NULLS), manyFullArrays(), 0))
        .hasMessageContaining("more values than");
    assertRefused(
        "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"next\",\"type\":\"r\"}]}",
        "nested deeper than 100",
        0);
  }

  private static final String NESTED_NULLS =
      "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":\"null\"}}";

  /** Ten thousand arrays, each of about as many nulls as bytes follow. */
  private static byte[] manyFullArrays() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(numbers(10_000));
    for (int i = 0; i < 10_000; i++) {
      out.writeBytes(numbers(Math.max(1, 2 * (10_000 - i) - 10), 0));
    }
    return out.toByteArray();
  }

  private static void assertRefused(String schema, String message, long... numbers) {
    assertThatThrownBy(
            () -> RecordBounds.check(new Schema.Parser().parse(schema), numbers(numbers), 0))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(message);
  }

  private static byte[] numbers(long... numbers) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    try {
      for (long number : numbers) {
        encoder.writeLong(number);
      }
      encoder.flush();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] encode(Schema schema, Object value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<>(schema).write(value, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
