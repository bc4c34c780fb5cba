package io.dpostream.policy.torch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Thrown when a device or the machine has too little memory for a tensor. What was computed so far
 * is lost; the weights and everything else that is kept are as they were.
 */
public final class DeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What libtorch says when CUDA's allocator, the CPU's, CUDA itself or cuBLAS finds no memory. */
  private static final Pattern SAID =
      Pattern.compile(
          "CUDA out of memory|can't allocate memory|CUDA error: out of memory|_ALLOC_FAILED");

  private static final Pattern AMOUNT =
      Pattern.compile("[Tt]ried to allocate ([\\d.]+ (?:bytes|[KMGT]iB))");

  private DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Recognizes an error of the library by its message; empty for any other error. */
  public static Optional<DeviceMemoryException> of(Throwable error) {
    String said = String.valueOf(error.getMessage());
    if (!SAID.matcher(said).find()) {
      return Optional.empty();
    }
    Matcher amount = AMOUNT.matcher(said);
    String where = said.contains("CPU") ? "the machine" : "the GPU";
    String what = amount.find() ? amount.group(1) : "a tensor";
    return Optional.of(
        new DeviceMemoryException("the memory of " + where + " has no room for " + what, error));
  }
}
