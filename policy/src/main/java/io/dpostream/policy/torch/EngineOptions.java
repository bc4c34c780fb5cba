package io.dpostream.policy.torch;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The device, dtype and threads that a model computes with.
 *
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param dtype the dtype of activations and products: {@code float32}, {@code bfloat16}, or {@code
 *     float64} for numerical checks. Master weights, gradients and log-probabilities stay float32.
 * @param threads threads of one CPU operation; part of what a bit-exact replay must repeat.
 *     Process-wide: the last model loaded sets it
 */
public record EngineOptions(String device, String dtype, int threads) {
  private static final Pattern DEVICE = Pattern.compile("cpu|cuda(:\\d+)?");

  /** Options as settings have them. */
  public EngineOptions(String device, Precision dtype, int threads) {
    this(device, dtype.torchName(), threads);
  }

  /** Whether a device is named so, here or on another machine. */
  public static boolean isDevice(String name) {
    return DEVICE.matcher(name).matches();
  }

  public EngineOptions {
    if (!isDevice(device)) {
      throw new IllegalArgumentException(
          "device: '" + device + "' is not a device; use cpu, cuda or cuda:N");
    }
    if (!List.of("float32", "bfloat16", "float64").contains(dtype)) {
      throw new IllegalArgumentException(
          "dtype: '" + dtype + "' is not supported; use float32 or bfloat16");
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " is not positive");
    }
  }

  /**
   * Options for float32 on one CPU thread: the fastest for small models and the least disturbing to
   * other processes, since the threads of one operation spin while they wait for each other.
   */
  public static EngineOptions cpu() {
    return new EngineOptions("cpu", "float32", 1);
  }
}
