package io.dpostream.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * SHA-256 over a sequence of values, encoded so that different sequences never look alike: numbers
 * are big-endian, and values of variable length are preceded by their length.
 */
final class Sha256 {
  private final MessageDigest digest = DigestUtils.getSha256Digest();

  /** Starts with a domain name that keeps the hashes of different kinds of things apart. */
  Sha256(String domain) {
    put(domain);
  }

  Sha256 put(int value) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    return this;
  }

  Sha256 put(long value) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    return this;
  }

  Sha256 put(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    put(utf8.length);
    digest.update(utf8);
    return this;
  }

  Sha256 put(List<Integer> values) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (values.size() + 1));
    bytes.putInt(values.size());
    values.forEach(bytes::putInt);
    digest.update(bytes.array());
    return this;
  }

  /**
   * Returns the first {@code bytes} bytes of the hash in lower-case hexadecimal; call it only once.
   */
  String hex(int bytes) {
    return HexFormat.of().formatHex(digest.digest(), 0, bytes);
  }
}
