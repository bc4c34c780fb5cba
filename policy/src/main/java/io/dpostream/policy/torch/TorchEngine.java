package io.dpostream.policy.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.util.OptionalLong;

/** Starts DJL's PyTorch engine. */
public final class TorchEngine {
  private TorchEngine() {}

  /**
   * Looks for a device.
   *
   * @param name {@code cpu}, {@code cuda} or {@code cuda:N}
   * @throws DeviceUnavailableException if this process does not see it
   */
  public static void requireDevice(String name) {
    if (!name.equals("cpu")) { // for which nothing native needs to be loaded
      device(Engine.getEngine("PyTorch"), name);
    }
  }

  /**
   * Creates a manager on the options' device; the caller closes it.
   *
   * @throws DeviceUnavailableException if this process does not see it
   */
  public static NDManager manager(EngineOptions options) {
    Engine engine = Engine.getEngine("PyTorch");
    Device device = device(engine, options.device());
    JniUtils.setNumThreads(options.threads());
    return engine.newBaseManager(device);
  }

  /** The whole memory of the options' GPU in bytes, free or not; empty for the CPU. */
  public static OptionalLong gpuMemory(EngineOptions options) {
    Device device = device(Engine.getEngine("PyTorch"), options.device());
    return device.isGpu()
        ? OptionalLong.of(CudaUtils.getGpuMemory(device).getMax())
        : OptionalLong.empty();
  }

  /** Threads of one operation, as the last manager set them. */
  public static int threads() {
    return JniUtils.getNumThreads();
  }

  private static Device device(Engine engine, String name) {
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    int colon = name.indexOf(':');
    int ordinal = colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
    int visible = engine.getGpuCount();
    if (ordinal >= visible) {
      throw new DeviceUnavailableException(name, visible);
    }
    return Device.gpu(ordinal);
  }
}
