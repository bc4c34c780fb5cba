package io.dpostream.trainer.learner;

import ai.djl.engine.Engine;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.schemas.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Describes what numbers depend on besides their inputs. */
final class Environments {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private Environments() {}

  static Environment of(EngineOptions engine) {
    return Environment.newBuilder()
        .setDevice(engine.device())
        .setDtype(engine.dtype())
        .setThreads(engine.threads())
        .setNativeVersion("PyTorch " + Engine.getEngine("PyTorch").getVersion())
        .setCpuCapability(cpuCapability())
        .build();
  }

  /** The widest vector instructions that PyTorch would choose kernels for. */
  private static String cpuCapability() {
    Optional<String> forced = Optional.ofNullable(System.getenv("ATEN_CPU_CAPABILITY"));
    return forced.map(name -> name.toUpperCase(Locale.ROOT)).orElseGet(Environments::detected);
  }

  private static String detected() {
    try {
      List<String> flags =
          Files.readAllLines(CPU_INFO).stream()
              .filter(line -> line.startsWith("flags"))
              .limit(1)
              .flatMap(line -> List.of(line.split("\\s+")).stream())
              .toList();
      return flags.contains("avx512f") ? "AVX512" : flags.contains("avx2") ? "AVX2" : "DEFAULT";
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
