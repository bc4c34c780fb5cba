package io.dpostream.policy.torch;

/** Thrown when a model is to run on a device that this process does not see. */
public final class DeviceUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DeviceUnavailableException(String device, int visible) {
    super(
        "device: '%s' is not available, %d CUDA devices are visible; use cpu, or install CUDA and its PyTorch natives"
            .formatted(device, visible));
  }
}
