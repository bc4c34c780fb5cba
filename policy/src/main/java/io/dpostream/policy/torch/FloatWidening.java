package io.dpostream.policy.torch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Converts stored floating-point values to float32. */
public final class FloatWidening {
  private FloatWidening() {}

  /**
   * Converts little-endian values of a dtype to little-endian float32; F32 is returned unchanged.
   */
  public static ByteBuffer widen(ByteBuffer stored, Dtype dtype) {
    if (dtype == Dtype.F32) {
      return stored;
    }
    int elements = stored.remaining() / dtype.bytes();
    ByteBuffer wide = ByteBuffer.allocate(elements * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      wide.putFloat(
          switch (dtype) {
            case F16 -> fromHalf(stored.getShort());
            case BF16 -> Float.intBitsToFloat(stored.getShort() << 16);
            case F64 -> (float) stored.getDouble();
            case F32 -> stored.getFloat();
          });
    }
    return wide.flip();
  }

  /** Converts IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
  static float fromHalf(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    int wideExponent = exponent == 0x1f ? 0xff : exponent + 127 - 15;
    return Float.intBitsToFloat(sign | (wideExponent << 23) | (fraction << 13));
  }
}
