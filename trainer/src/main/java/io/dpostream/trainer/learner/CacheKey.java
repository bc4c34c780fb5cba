package io.dpostream.trainer.learner;

import io.dpostream.policy.text.TokenSequence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The key of a cached value: a SHA-256 over everything that it depends on.
 *
 * @param digest its 32 bytes; equal by content
 */
record CacheKey(ByteBuffer digest) {
  static final int BYTES = 32;

  static CacheKey of(String context, TokenSequence sequence) {
    MessageDigest sha256 = DigestUtils.getSha256Digest();
    sha256.update(context.getBytes(StandardCharsets.UTF_8));
    DigestInput.update(sha256, sequence.prompt());
    DigestInput.update(sha256, sequence.completion());
    return new CacheKey(ByteBuffer.wrap(sha256.digest()).asReadOnlyBuffer());
  }
}
