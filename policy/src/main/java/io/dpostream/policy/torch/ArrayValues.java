package io.dpostream.policy.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;

/** Copies the values of small DJL arrays to Java. */
public final class ArrayValues {
  private ArrayValues() {}

  /** Copies a float32 or float64 array to floats. */
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
