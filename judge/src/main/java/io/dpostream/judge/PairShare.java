package io.dpostream.judge;

import io.dpostream.settings.UserException;
import java.nio.ByteBuffer;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The part of all pairs that a judge sees. Every pair id has a fixed position in [0, 1), and a
 * judge sees the pairs whose position is in [from, to): judges with separate intervals never meet,
 * judges with the same one see the same pairs, in every process and every language.
 */
public record PairShare(double from, double to) {
  /** Every pair. */
  public static final PairShare ALL = new PairShare(0, 1);

  public PairShare {
    if (!(from >= 0 && from < to && to <= 1)) {
      throw new UserException(
          "share: [" + from + ", " + to + ") is empty or outside [0, 1]; give 0 < share <= 1");
    }
  }

  /** Whether a pair is in this share. */
  public boolean includes(String pairId) {
    return includes(position(pairId));
  }

  /** Whether the pair at a position is in this share. */
  public boolean includes(double position) {
    return position >= from && position < to;
  }

  /**
   * Position of an id: the first 53 bits of the SHA-256 of its UTF-8 bytes, as a fraction of 2^53.
   */
  public static double position(String id) {
    return (ByteBuffer.wrap(DigestUtils.sha256(id)).getLong() >>> 11) * 0x1p-53;
  }
}
