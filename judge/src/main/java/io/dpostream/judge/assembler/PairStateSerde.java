package io.dpostream.judge.assembler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.schemas.AssemblerState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Pair states as bytes: Avro's single-object encoding of {@link AssemblerState}, whose header names
 * the schema that wrote them. Every schema that was ever in use is kept in {@code
 * assembler-state/<version>.avsc}, so that an upgraded assembler reads the pairs that an earlier
 * one left; the bytes of release 0.1, which had no schema, are read by {@link FirstPairStates}.
 * What is written always has the newest form.
 */
final class PairStateSerde implements Serde<PairState> {
  /** Versions of the schema that were ever in use. */
  static final int VERSIONS = 3;

  private final byte[] header = header(AssemblerState.getClassSchema());
  private final DatumWriter<AssemblerState> writer;
  private final Map<ByteBuffer, DatumReader<AssemblerState>> readers = new HashMap<>();
  private final FirstPairStates first;

  PairStateSerde(KafkaSettings settings) {
    Schema inUse = AssemblerState.getClassSchema();
    SpecificData model = model(inUse);
    this.writer = new SpecificDatumWriter<>(inUse, model);
    for (int version = 1; version <= VERSIONS; version++) {
      Schema written = schema(version);
      readers.put(
          ByteBuffer.wrap(header(written)), new SpecificDatumReader<>(written, inUse, model));
    }
    this.first = new FirstPairStates(settings);
  }

  @Override
  public Serializer<PairState> serializer() {
    return (topic, state) -> state == null ? null : write(state);
  }

  @Override
  public Deserializer<PairState> deserializer() {
    return (topic, bytes) -> bytes == null ? null : read(bytes);
  }

  private byte[] write(PairState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    bytes.writeBytes(header);
    try {
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      writer.write(StoredStates.of(state), encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  private PairState read(byte[] bytes) {
    if (FirstPairStates.wrote(bytes)) {
      return first.read(bytes);
    }
    int headed = Math.min(header.length, bytes.length);
    DatumReader<AssemblerState> reader = readers.get(ByteBuffer.wrap(bytes, 0, headed));
    if (reader == null) {
      throw new IllegalStateException(
          "assembler state cannot be read: a later version has written it; go on with that one");
    }
    try {
      BinaryDecoder decoder =
          DecoderFactory.get().binaryDecoder(bytes, headed, bytes.length - headed, null);
      return StoredStates.read(reader.read(null, decoder));
    } catch (IOException e) {
      throw new IllegalStateException("assembler state cannot be read", e);
    }
  }

  /** What single-object encoding puts before an object of a schema. */
  private static byte[] header(Schema schema) {
    return ByteBuffer.allocate(2 + Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0xC3)
        .put((byte) 0x01)
        .putLong(SchemaNormalization.parsingFingerprint64(schema))
        .array();
  }

  /** Generated classes write themselves where they can, without a look at the schema. */
  private static SpecificData model(Schema schema) {
    SpecificData model = new SpecificData(AssemblerState.class.getClassLoader());
    SpecificData.getForSchema(schema).getConversions().forEach(model::addLogicalTypeConversion);
    model.setCustomCoders(true);
    return model;
  }

  private static Schema schema(int version) {
    String name = "assembler-state/" + version + ".avsc";
    try (InputStream in = PairStateSerde.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return new Schema.Parser().parse(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
