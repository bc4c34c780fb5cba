package io.dpostream.kafka.serde;

import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Walks over an encoded record and refuses one whose lengths promise more than the bytes that are
 * there, or whose strings are not UTF-8. Avro's own reader makes room for as many items as a length
 * says before it reads the first of them, so a few dozen bytes can ask for gigabytes; and it
 * replaces what is not UTF-8, so that nobody would learn that a text is not what was written.
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

  private final byte[] bytes;
  private final int start;
  private int position;
  private long valuesLeft;

  private RecordBounds(byte[] bytes, int start) {
    this.bytes = bytes;
    this.start = start;
    this.position = start;
    this.valuesLeft = MOST_VALUES + (long) MOST_VALUES_PER_BYTE * remaining();
  }

  /**
   * Checks the value that stands in some bytes, from {@code start} to their end, and that nothing
   * follows it.
   *
   * @param schema what the value was written with
   * @throws SerializationException if a length, a branch or an end does not fit the bytes
   */
  static void check(Schema schema, byte[] bytes, int start) {
    RecordBounds bounds = new RecordBounds(bytes, start);
    bounds.pass(schema, 0);
    if (bounds.remaining() > 0) {
      throw new SerializationException(
          bounds.remaining() + " more bytes follow the " + schema.getFullName());
    }
  }

  private void pass(Schema schema, int depth) {
    if (depth > DEEPEST) {
      throw new SerializationException("values are nested deeper than " + DEEPEST);
    }
    if (--valuesLeft < 0) {
      throw new SerializationException(
          "more values than %d bytes can mean".formatted(bytes.length - start));
    }
    switch (schema.getType()) {
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          pass(field.schema(), depth + 1);
        }
      }
      case UNION -> pass(branch(schema), depth + 1);
      case ARRAY -> passArray(schema.getElementType(), depth + 1);
      case MAP -> passMap(schema.getValueType(), depth + 1);
      case STRING -> skipText(number(), "a string");
      case BYTES -> skip(number(), "bytes");
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

  private void passArray(Schema item, int depth) {
    for (long count = blockSize("an array"); count > 0; count = blockSize("an array")) {
      switch (item.getType()) {
        case FLOAT -> skip(count * Float.BYTES, "an array of float");
        case DOUBLE -> skip(count * Double.BYTES, "an array of double");
        case INT, LONG -> skipNumbers(count);
        default -> {
          for (long i = 0; i < count; i++) {
            pass(item, depth);
          }
        }
      }
    }
  }

  private void passMap(Schema value, int depth) {
    for (long count = blockSize("a map"); count > 0; count = blockSize("a map")) {
      for (long i = 0; i < count; i++) {
        skipText(number(), "a map's key");
        pass(value, depth);
      }
    }
  }

  /** Reads how many items a block has, at most as many as bytes remain; 0 ends the collection. */
  private long blockSize(String collection) {
    long count = number();
    if (count < 0) {
      require(number(), "a block of " + collection); // after a negative count stands its length
      count = -count;
    }
    require(count, collection);
    return count;
  }

  /** Token ids are most of what a record holds, so they are passed without being read. */
  private void skipNumbers(long count) {
    for (long i = 0; i < count; i++) {
      if (position < bytes.length && bytes[position] >= 0) {
        position++;
      } else {
        number();
      }
    }
  }

  private void skipText(long length, String what) {
    skip(length, what);
    if (!Utf8Text.isValid(bytes, position - (int) length, position)) {
      throw new SerializationException(what + " is not UTF-8");
    }
  }

  private void skip(long length, String what) {
    require(length, what);
    position += (int) length;
  }

  private void require(long length, String what) {
    if (length < 0 || length > remaining()) {
      throw new SerializationException(
          "%s of length %d, where %d bytes remain".formatted(what, length, remaining()));
    }
  }

  private int remaining() {
    return bytes.length - position;
  }

  /** Reads a zigzag-encoded number of variable length. */
  private long number() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      require(1, "a number");
      byte next = bytes[position++];
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new SerializationException("a number of more than ten bytes");
  }
}
