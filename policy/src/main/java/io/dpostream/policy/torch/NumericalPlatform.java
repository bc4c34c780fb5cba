package io.dpostream.policy.torch;

import ai.djl.engine.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The platform that the bits of a result depend on besides inputs and options: the native library
 * and the kernels that it chooses on this machine.
 *
 * @param nativeVersion such as {@code PyTorch 2.7.1}
 * @param cpuCapability the widest vector instructions that kernels are chosen for, such as AVX2
 */
public record NumericalPlatform(String nativeVersion, String cpuCapability) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** The platform of this process. */
  public static NumericalPlatform current() {
    return new NumericalPlatform(
        "PyTorch " + Engine.getEngine("PyTorch").getVersion(), currentCpuCapability());
  }

  private static String currentCpuCapability() {
    Optional<String> forced = Optional.ofNullable(System.getenv("ATEN_CPU_CAPABILITY"));
    return forced
        .map(name -> name.toUpperCase(Locale.ROOT))
        .orElseGet(NumericalPlatform::detectedCpuCapability);
  }

  private static String detectedCpuCapability() {
    try {
      List<String> flags =
          Files.readAllLines(CPU_INFO).stream()
              .filter(line -> line.startsWith("flags"))
              .limit(1)
              .flatMap(line -> Arrays.stream(line.split("\\s+")))
              .toList();
      return flags.contains("avx512f") ? "AVX512" : flags.contains("avx2") ? "AVX2" : "DEFAULT";
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
