package io.dpostream.trainer.batch;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Computes the SHA-256 of preference records as stored on the topic: partition, offset, key bytes
 * and value bytes.
 */
public final class RecordsDigest {
  private final MessageDigest sha256 = DigestUtils.getSha256Digest();

  /** Adds the next record. */
  void add(ConsumerRecord<byte[], byte[]> record) {
    sha256.update(
        ByteBuffer.allocate(12).putInt(record.partition()).putLong(record.offset()).array());
    add(record.key());
    add(record.value());
  }

  /** Finishes the hash and returns it in lower-case hex. */
  String hex() {
    return Hex.encodeHexString(sha256.digest());
  }

  /**
   * The digest of a step: over the records it read and over what the learner computed from them.
   *
   * @param records of a {@link StepPlan}
   * @param computed of a {@link io.dpostream.trainer.learner.StepResult}; empty when nothing was
   */
  public static String ofStep(String records, String computed) {
    return DigestUtils.sha256Hex(records + "\n" + computed);
  }

  private void add(byte @Nullable [] bytes) {
    int length = bytes == null ? -1 : bytes.length;
    sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    if (bytes != null) {
      sha256.update(bytes);
    }
  }
}
