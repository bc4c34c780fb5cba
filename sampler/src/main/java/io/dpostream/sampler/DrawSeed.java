package io.dpostream.sampler;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The seed of one completion's random draws. */
final class DrawSeed {
  private DrawSeed() {}

  /**
   * The first eight bytes of SHA-256 over {@code <seed>/<pair id>/<side>}, so that a completion
   * comes out the same whenever, and beside whatever, it is sampled.
   *
   * @param side 0 for the first completion of the pair, 1 for the second
   */
  static long of(long seed, String pairId, int side) {
    String text = seed + "/" + pairId + "/" + side;
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(sha256.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
