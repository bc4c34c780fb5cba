package io.dpostream.judge.assembler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.settings.SettingsTree;
import java.util.Map;

/** An assembler in a process of its own, for tests that kill it. */
public final class AssemblerMain {
  private AssemblerMain() {}

  /** Arguments: bootstrap servers, registry, topic prefix, state folder. */
  public static void main(String[] args) {
    KafkaSettings settings = new KafkaSettings(args[0], args[1], args[2], Map.of());
    new AssemblerService(config(args[3]), settings).run();
  }

  /** The default with a quick session, so that a successor takes over soon. */
  public static AssemblerConfig config(String stateDir) {
    return config(stateDir, AssemblerConfig.defaults().partitions());
  }

  static AssemblerConfig config(String stateDir, int partitions) {
    return SettingsTree.read(
        Map.of("state_dir", stateDir, "partitions", partitions, "session_timeout_ms", 6_000),
        AssemblerConfig.class,
        AssemblerConfig.SECTION);
  }
}
