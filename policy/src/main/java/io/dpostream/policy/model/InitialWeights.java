package io.dpostream.policy.model;

import io.dpostream.policy.torch.NamedTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Draws random weights for a model that is trained from scratch. */
public final class InitialWeights {
  private static final double SCORE_DEVIATION = 0.02;

  private InitialWeights() {}

  /**
   * Draws all tensors: matrices from a normal distribution around 0; norms are 1 and biases 0. The
   * same arguments give the same values.
   *
   * @param deviation standard deviation of the matrices
   */
  public static List<NamedTensor> draw(ModelConfig config, double deviation, long seed) {
    Random random = new Random(seed);
    List<NamedTensor> tensors = new ArrayList<>();
    new TreeMap<>(WeightLayout.of(config).shapes())
        .forEach((name, shape) -> tensors.add(draw(name, shape, deviation, random)));
    return tensors;
  }

  /**
   * Draws the head of a reward model, with the customary deviation of 0.02. The same arguments give
   * the same values.
   */
  static NamedTensor score(ModelConfig config, long seed) {
    List<Long> shape = List.of(1L, (long) config.hiddenSize());
    return draw(WeightLayout.SCORE, shape, SCORE_DEVIATION, new Random(seed));
  }

  private static NamedTensor draw(String name, List<Long> shape, double deviation, Random random) {
    float[] values = new float[Math.toIntExact(NamedTensor.elements(shape))];
    boolean vector = shape.size() == 1;
    float constant = name.endsWith("bias") ? 0 : 1;
    for (int i = 0; i < values.length; i++) {
      values[i] = vector ? constant : (float) (deviation * random.nextGaussian());
    }
    return NamedTensor.of(name, shape, values);
  }
}
