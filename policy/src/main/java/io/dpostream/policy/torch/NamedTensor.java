package io.dpostream.policy.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A named float32 tensor whose values can be streamed to a file or into a hash. */
public interface NamedTensor {

  /** Receives a tensor's values piece by piece, in row-major order. */
  @FunctionalInterface
  interface FloatSink {
    /** Receives the next values: little-endian float32, readable until the call returns. */
    void accept(ByteBuffer floats);
  }

  String name();

  /** Dimensions; none for a scalar. */
  List<Long> shape();

  /** Passes all values to the sink. */
  void stream(FloatSink sink);

  /** Number of values of a shape. */
  static long elements(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Creates a tensor backed by an array, which is not copied. */
  static NamedTensor of(String name, List<Long> shape, float[] values) {
    return new ArrayTensor(name, List.copyOf(shape), values);
  }

  /** Collects all values; for tensors of up to 2^29 elements. */
  default float[] toFloats() {
    float[] values = new float[Math.toIntExact(elements(shape()))];
    int[] next = {0};
    stream(
        floats -> {
          int count = floats.remaining() / Float.BYTES;
          floats.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values, next[0], count);
          next[0] += count;
        });
    return values;
  }
}
