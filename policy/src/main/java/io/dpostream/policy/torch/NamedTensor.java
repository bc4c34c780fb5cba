package io.dpostream.policy.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A float32 tensor under a name, whose values can be streamed: to a file or into a hash. */
public interface NamedTensor {

  /** Takes a tensor's values a piece at a time, in row-major order. */
  @FunctionalInterface
  interface FloatSink {
    /** Takes the next values: little-endian float32, readable until the call returns. */
    void accept(ByteBuffer floats);
  }

  String name();

  /** Dimensions; none for a scalar. */
  List<Long> shape();

  /** Gives all values to the sink. */
  void stream(FloatSink sink);

  /** Number of values of a shape. */
  static long elements(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** A tensor over an array, which is not copied. */
  static NamedTensor of(String name, List<Long> shape, float[] values) {
    return new ArrayTensor(name, List.copyOf(shape), values);
  }

  /** All values; for tensors of up to 2^29 elements. */
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
