package io.dpostream.kafka.serde;

import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Walks over an encoded record, allocating nothing, and refuses one whose lengths promise more than
 * the bytes that are there. Avro's own reader makes room for as many items as a length says before
 * it reads the first of them: a few dozen bytes can ask for gigabytes.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#binary-encoding">the
 *     encoding</a>
 */
final class RecordBounds {
  /** Deeper values of a recursive schema would exhaust the reader's stack. */
  private static final int DEEPEST = 100;

  /** Values may take no byte, as nulls do, so their number is bounded by itself. */
  private static final int MOST_VALUES_PER_BYTE = DEEPEST;

  private static final int MOST_VALUES = 10_000;

  private final ByteBuffer bytes;
  private long valuesLeft;

  private RecordBounds(ByteBuffer bytes) {
    this.bytes = bytes;
    this.valuesLeft = MOST_VALUES + (long) MOST_VALUES_PER_BYTE * bytes.remaining();
  }

  /**
   * Checks the value that the remaining bytes hold, and that they hold nothing else.
   *
   * @param schema what the value was written with
   * @throws SerializationException if a length, a branch or an end does not fit the bytes
   */
  static void check(Schema schema, ByteBuffer value) {
    RecordBounds bounds = new RecordBounds(value.slice());
    bounds.pass(schema, 0);
    if (bounds.bytes.hasRemaining()) {
      throw new SerializationException(
          bounds.bytes.remaining() + " more bytes follow the " + schema.getFullName());
    }
  }

  private void pass(Schema schema, int depth) {
    if (depth > DEEPEST) {
      throw new SerializationException("values are nested deeper than " + DEEPEST);
    }
    if (--valuesLeft < 0) {
      throw new SerializationException(
          "more values than %d bytes can mean".formatted(bytes.limit()));
    }
    switch (schema.getType()) {
      case RECORD -> schema.getFields().forEach(field -> pass(field.schema(), depth + 1));
      case UNION -> pass(branch(schema), depth + 1);
      case ARRAY -> passItems("an array", () -> pass(schema.getElementType(), depth + 1));
      case MAP ->
          passItems(
              "a map",
              () -> {
                skip(number(), "a map's key");
                pass(schema.getValueType(), depth + 1);
              });
      case STRING, BYTES -> skip(number(), schema.getName());
      case FIXED -> skip(schema.getFixedSize(), schema.getFullName());
      case BOOLEAN -> skip(1, "boolean");
      case FLOAT -> skip(Float.BYTES, "float");
      case DOUBLE -> skip(Double.BYTES, "double");
      case INT, LONG, ENUM -> number();
      case NULL -> {}
    }
  }

  private Schema branch(Schema union) {
    long index = number();
    if (index < 0 || index >= union.getTypes().size()) {
      throw new SerializationException(
          "a union of %d has no branch %d".formatted(union.getTypes().size(), index));
    }
    return union.getTypes().get((int) index);
  }

  /** Passes blocks of items until an empty one; after a negative count stands a block's size. */
  private void passItems(String collection, Runnable item) {
    for (long count = number(); count != 0; count = number()) {
      if (count < 0) {
        require(number(), "a block of " + collection);
      }
      require(Math.abs(count), collection);
      for (long i = 0; i < Math.abs(count); i++) {
        item.run();
      }
    }
  }

  private void skip(long length, String what) {
    require(length, what);
    bytes.position(bytes.position() + (int) length);
  }

  private void require(long length, String what) {
    if (length < 0 || length > bytes.remaining()) {
      throw new SerializationException(
          "%s of length %d, where %d bytes remain".formatted(what, length, bytes.remaining()));
    }
  }

  /** Reads a zigzag-encoded number of variable length. */
  private long number() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      require(1, "a number");
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new SerializationException("a number of more than ten bytes");
  }
}
