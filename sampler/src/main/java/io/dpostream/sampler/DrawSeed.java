package io.dpostream.sampler;

import java.nio.ByteBuffer;
import org.apache.commons.codec.digest.DigestUtils;

/** Derives the seed of one completion's random draws. */
final class DrawSeed {
  private DrawSeed() {}

  /**
   * Returns the first eight bytes of SHA-256 over {@code <seed>/<pair id>/<side>}, so that a
   * completion comes out the same whenever it is sampled and whatever else is in its batch.
   *
   * @param side 0 for the first completion of the pair, 1 for the second
   */
  static long of(long seed, String pairId, int side) {
    String text = seed + "/" + pairId + "/" + side;
    return ByteBuffer.wrap(DigestUtils.sha256(text)).getLong();
  }
}
