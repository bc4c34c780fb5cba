package io.dpostream.trainer.learner;

import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Feeds numbers to a hash: each array as its length followed by its elements, big-endian. */
final class DigestInput {
  private DigestInput() {}

  static void update(MessageDigest digest, int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * values.length).putInt(values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    digest.update(bytes.flip());
  }

  static void update(MessageDigest digest, long value) {
    digest.update(ByteBuffer.allocate(8).putLong(value).flip());
  }

  /** Adds the bits of the values; all NaNs are treated as equal. */
  static void update(MessageDigest digest, double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 8 * values.length).putInt(values.length);
    for (double value : values) {
      bytes.putLong(Double.doubleToLongBits(value));
    }
    digest.update(bytes.flip());
  }
}
