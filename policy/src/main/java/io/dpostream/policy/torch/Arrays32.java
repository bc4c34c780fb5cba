package io.dpostream.policy.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** Values of small arrays, pulled to Java. */
public final class Arrays32 {
  private Arrays32() {}

  /** Values of a float32 or float64 array as floats. */
  public static float[] floats(NDArray array) {
    if (array.getDataType() == DataType.FLOAT32) {
      return array.toFloatArray();
    }
    double[] wide = array.toDoubleArray();
    float[] narrow = new float[wide.length];
    for (int i = 0; i < wide.length; i++) {
      narrow[i] = (float) wide[i];
    }
    return narrow;
  }
}
