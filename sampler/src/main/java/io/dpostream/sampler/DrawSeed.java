package io.dpostream.sampler;

import java.nio.ByteBuffer;
import org.apache.commons.codec.digest.DigestUtils;

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
    return ByteBuffer.wrap(DigestUtils.sha256(text)).getLong();
  }
}
