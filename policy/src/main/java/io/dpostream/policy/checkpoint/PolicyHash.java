package io.dpostream.policy.checkpoint;

import io.dpostream.policy.torch.NamedTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Computes the hash that identifies a policy: a SHA-256 over its float32 tensors sorted by name.
 * Each tensor adds the length of its name in bytes (int32) and the name (UTF-8), the number of its
 * dimensions (int32) and the dimensions (int64), and its values in row-major order (float32); all
 * little-endian.
 */
public final class PolicyHash {
  private PolicyHash() {}

  /** The hash of all the tensors, as 64 lower-case hexadecimal digits. */
  public static String of(Collection<? extends NamedTensor> tensors) {
    MessageDigest digest = DigestUtils.getSha256Digest();
    tensors.stream()
        .<NamedTensor>map(tensor -> tensor)
        .sorted(Comparator.comparing(NamedTensor::name))
        .forEach(tensor -> update(digest, tensor));
    return Hex.encodeHexString(digest.digest());
  }

  private static void update(MessageDigest digest, NamedTensor tensor) {
    byte[] name = tensor.name().getBytes(StandardCharsets.UTF_8);
    int rank = tensor.shape().size();
    ByteBuffer head =
        ByteBuffer.allocate(8 + name.length + 8 * rank).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(name.length).put(name).putInt(rank);
    tensor.shape().forEach(head::putLong);
    digest.update(head.flip());
    tensor.stream(digest::update);
  }
}
