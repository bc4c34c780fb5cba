package io.dpostream.policy.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;

/** Starts DJL's PyTorch engine. */
public final class TorchEngine {
  private TorchEngine() {}

  /** Creates a manager on the options' device; the caller closes it. */
  public static NDManager manager(EngineOptions options) {
    Engine engine = Engine.getEngine("PyTorch");
    Device device = device(engine, options.device());
    JniUtils.setNumThreads(options.threads());
    return engine.newBaseManager(device);
  }

  private static Device device(Engine engine, String name) {
    if (name.equals("cpu")) {
      return Device.cpu();
    }
    int colon = name.indexOf(':');
    int ordinal = colon < 0 ? 0 : Integer.parseInt(name.substring(colon + 1));
    int visible = engine.getGpuCount();
    if (ordinal >= visible) {
      throw new IllegalArgumentException(
          "device: "
              + name
              + " is not available, "
              + visible
              + " CUDA devices are visible; use cpu, or install CUDA and its PyTorch natives");
    }
    return Device.gpu(ordinal);
  }
}
