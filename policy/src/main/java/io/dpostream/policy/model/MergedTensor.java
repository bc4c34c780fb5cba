package io.dpostream.policy.model;

import io.dpostream.policy.torch.NamedTensor;
import java.util.Arrays;
import java.util.List;

/**
 * A weight with its adapter added: {@code W + scale B A}, in float64 and rounded once.
 *
 * @param base W (out, in)
 * @param a A (rank, in)
 * @param b B (out, rank)
 */
record MergedTensor(NamedTensor base, NamedTensor a, NamedTensor b, double scale)
    implements NamedTensor {

  @Override
  public String name() {
    return base.name();
  }

  @Override
  public List<Long> shape() {
    return base.shape();
  }

  @Override
  public void stream(FloatSink sink) {
    float[] values = base.toFloats();
    float[] down = a.toFloats();
    float[] up = b.toFloats();
    int in = Math.toIntExact(shape().get(1));
    int rank = Math.toIntExact(a.shape().get(0));
    double[] row = new double[in];
    for (int o = 0; o < values.length / in; o++) {
      Arrays.fill(row, 0);
      for (int r = 0; r < rank; r++) {
        double factor = scale * up[o * rank + r];
        for (int i = 0; i < in; i++) {
          row[i] += factor * down[r * in + i];
        }
      }
      for (int i = 0; i < in; i++) {
        values[o * in + i] = (float) (values[o * in + i] + row[i]);
      }
    }
    NamedTensor.of(name(), shape(), values).stream(sink);
  }
}
