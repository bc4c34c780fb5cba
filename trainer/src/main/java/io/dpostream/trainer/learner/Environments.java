package io.dpostream.trainer.learner;

import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NumericalPlatform;
import io.dpostream.schemas.Environment;

/** Describes what numerical results depend on besides their inputs. */
final class Environments {
  private Environments() {}

  static Environment of(EngineOptions engine) {
    NumericalPlatform platform = NumericalPlatform.current();
    return Environment.newBuilder()
        .setDevice(engine.device())
        .setDtype(engine.dtype())
        .setThreads(engine.threads())
        .setNativeVersion(platform.nativeVersion())
        .setCpuCapability(platform.cpuCapability())
        .build();
  }
}
