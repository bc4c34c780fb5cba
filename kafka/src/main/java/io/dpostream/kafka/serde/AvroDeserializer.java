package io.dpostream.kafka.serde;

import static io.dpostream.kafka.serde.SerdeConfig.SPECIFIC_READER;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads records that {@link AvroSerializer} or {@code
 * io.confluent.kafka.serializers.KafkaAvroSerializer} wrote.
 *
 * <p>Configuration: {@code schema.registry.url}, {@code specific.avro.reader} (default false:
 * generic records in the writer's schema; true: the generated class that the writer's schema names,
 * in that class's schema), {@code max.retries}, {@code retries.wait.ms}, {@code
 * retries.max.wait.ms}. Used by one thread at a time.
 *
 * <p>A record is checked against its own length before anything is made of it, so no bytes, whoever
 * wrote them, cost more memory than a small multiple of their number.
 */
public final class AvroDeserializer implements Deserializer<IndexedRecord> {
  private static final int HEADER = 1 + Integer.BYTES;

  private final Map<Integer, Format> formats = new HashMap<>();
  private @Nullable RegistryClient registry;
  private boolean specific;

  /** Needed by Kafka, which creates deserializers by class name. */
  public AvroDeserializer() {}

  @Override
  public void configure(Map<String, ?> config, boolean isKey) {
    this.registry = SerdeConfig.registry(config);
    this.specific = SerdeConfig.flag(config, SPECIFIC_READER, false);
  }

  /**
   * Reads the record in some bytes; null stays null.
   *
   * @throws SerializationException when the bytes are not a whole record of a known schema
   * @throws RegistryUnavailableException when the registry cannot be reached
   */
  @Override
  public @Nullable IndexedRecord deserialize(String topic, byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    if (bytes.length < HEADER || bytes[0] != AvroSerializer.MAGIC) {
      throw new SerializationException(
          "not in the Confluent wire format: "
              + bytes.length
              + " bytes"
              + (bytes.length == 0 ? "" : ", the first is " + bytes[0] + " and not 0"));
    }
    int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    try {
      Format format = formats.get(id);
      if (format == null) {
        format = format(id);
        formats.put(id, format);
      }
      return format.read(bytes);
    } catch (RegistryException | RegistryUnavailableException e) {
      throw e;
    } catch (SerializationException e) {
      throw new SerializationException("not a record of schema " + id + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
      throw new SerializationException("not a record of schema " + id + ": " + e, e);
    }
  }

  private Format format(int id) {
    if (registry == null) {
      throw new IllegalStateException("configure() was not called");
    }
    Schema writer = registry.schema(id);
    return new Format(writer, specific ? specificReader(writer) : new GenericDatumReader<>(writer));
  }

  private record Format(Schema writer, DatumReader<IndexedRecord> reader) {
    IndexedRecord read(byte[] bytes) throws IOException {
      int length = bytes.length - HEADER;
      RecordBounds.check(writer, bytes, HEADER);
      return reader.read(null, DecoderFactory.get().binaryDecoder(bytes, HEADER, length, null));
    }
  }

  private static DatumReader<IndexedRecord> specificReader(Schema writer) {
    Class<?> type = SpecificData.get().getClass(writer);
    if (writer.getType() != Schema.Type.RECORD || type == null) {
      throw new SerializationException("no generated class for schema " + writer.getFullName());
    }
    return new SpecificDatumReader<>(
        writer, SpecificData.get().getSchema(type), SpecificData.getForClass(type));
  }
}
