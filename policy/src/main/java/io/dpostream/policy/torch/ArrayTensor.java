package io.dpostream.policy.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A tensor over a Java array. */
@SuppressWarnings("ArrayRecordComponent")
record ArrayTensor(String name, List<Long> shape, float[] values) implements NamedTensor {
  ArrayTensor {
    if (NamedTensor.elements(shape) != values.length) {
      throw new IllegalArgumentException(
          name + ": " + values.length + " values do not fill the shape " + shape);
    }
  }

  @Override
  public void stream(FloatSink sink) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    sink.accept(bytes);
  }
}
