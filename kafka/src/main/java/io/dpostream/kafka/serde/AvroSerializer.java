package io.dpostream.kafka.serde;

import static io.dpostream.kafka.serde.SerdeConfig.AUTO_REGISTER;
import static io.dpostream.kafka.serde.SerdeConfig.USE_LATEST;

import io.dpostream.settings.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes Avro records in the default format of {@code
 * io.confluent.kafka.serializers.KafkaAvroSerializer}: a zero byte, the schema's id in the registry
 * as a big-endian int, then Avro's binary encoding. The subject is {@code <topic>-value}, or {@code
 * <topic>-key} for keys.
 *
 * <p>Configuration: {@code schema.registry.url}, {@code auto.register.schemas} (default true),
 * {@code max.retries}, {@code retries.wait.ms}, {@code retries.max.wait.ms}. Used by one thread at
 * a time, like every serializer that a producer owns.
 */
public final class AvroSerializer implements Serializer<IndexedRecord> {
  static final byte MAGIC = 0;

  private final Map<Schema, DatumWriter<IndexedRecord>> writers = new HashMap<>();
  private @Nullable BinaryEncoder encoder;
  private @Nullable RegistryClient registry;
  private boolean autoRegister = true;
  private boolean isKey;

  /** Needed by Kafka, which creates serializers by class name. */
  public AvroSerializer() {}

  @Override
  public void configure(Map<String, ?> config, boolean isKey) {
    if (SerdeConfig.flag(config, USE_LATEST, false)) {
      throw new UserException(
          USE_LATEST + ": true is not supported here; use Confluent's serializer for it");
    }
    this.registry = SerdeConfig.registry(config);
    this.autoRegister = SerdeConfig.flag(config, AUTO_REGISTER, true);
    this.isKey = isKey;
  }

  /**
   * Writes a record; null stays null, a tombstone.
   *
   * @throws SerializationException when the record does not fit its own schema, or the registry
   *     refuses the schema
   * @throws RegistryUnavailableException when the registry cannot be reached
   */
  @Override
  public byte @Nullable [] serialize(String topic, @Nullable IndexedRecord value) {
    if (value == null) {
      return null;
    }
    if (registry == null) {
      throw new IllegalStateException("configure() was not called");
    }
    Schema schema = value.getSchema();
    String subject = topic + (isKey ? "-key" : "-value");
    int id = autoRegister ? registry.register(subject, schema) : registry.lookUp(subject, schema);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    bytes.write(MAGIC);
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(id).array());
    encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
    try {
      writers.computeIfAbsent(schema, key -> writer(value)).write(value, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      encoder = null; // it still holds the beginning of the failed record
      throw new SerializationException(
          schema.getFullName() + " for " + topic + " does not fit its schema: " + e.getMessage(),
          e);
    }
    return bytes.toByteArray();
  }

  /** Lets generated classes write themselves where they can, which is faster than by the schema. */
  private static DatumWriter<IndexedRecord> writer(IndexedRecord example) {
    Schema schema = example.getSchema();
    if (!(example instanceof SpecificRecord)) {
      return new GenericDatumWriter<>(schema);
    }
    SpecificData data = new SpecificData(example.getClass().getClassLoader());
    SpecificData.getForSchema(schema).getConversions().forEach(data::addLogicalTypeConversion);
    data.setCustomCoders(true);
    return new SpecificDatumWriter<>(schema, data);
  }
}
