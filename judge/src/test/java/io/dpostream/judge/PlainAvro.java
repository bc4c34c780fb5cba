package io.dpostream.judge;

import io.dpostream.kafka.KafkaSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/** A serde for tests without a registry: the record's class name, then its Avro binary. */
public final class PlainAvro {
  private PlainAvro() {}

  /** Settings for topology tests: no broker, no registry. */
  public static KafkaSettings settings() {
    return new KafkaSettings(
        "localhost:1",
        "http://localhost:1",
        "",
        Map.of(
            "value.serializer", Serializer.class.getName(),
            "value.deserializer", Reader.class.getName()));
  }

  /** Writes. */
  public static final class Serializer
      implements org.apache.kafka.common.serialization.Serializer<SpecificRecord> {
    @Override
    public byte[] serialize(String topic, SpecificRecord record) {
      try {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeUTF(record.getClass().getName());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new SpecificDatumWriter<SpecificRecord>(
                record.getSchema(), SpecificData.getForSchema(record.getSchema()))
            .write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
      } catch (IOException e) {
        throw new SerializationException("cannot write", e);
      }
    }
  }

  /** Reads. */
  public static final class Reader implements Deserializer<SpecificRecord> {
    @Override
    public SpecificRecord deserialize(String topic, byte[] bytes) {
      try {
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        Class<?> type = Class.forName(new DataInputStream(in).readUTF());
        var schema = SpecificData.get().getSchema(type);
        return (SpecificRecord)
            new SpecificDatumReader<>(schema, schema, SpecificData.getForClass(type))
                .read(null, DecoderFactory.get().binaryDecoder(in, null));
      } catch (Exception e) {
        throw new SerializationException("not a record", new IllegalArgumentException(e));
      }
    }
  }
}
