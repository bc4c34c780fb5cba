package io.dpostream.judge.service;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dpostream.judge.Child;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.settings.SettingsTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Judges in a process of their own, for tests that kill it. */
final class JudgeMain {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JudgeMain() {}

  /** Arguments: bootstrap servers, registry, topic prefix, instance, judges in JSON. */
  public static void main(String[] args) throws IOException {
    KafkaSettings settings = new KafkaSettings(args[0], args[1], args[2], Map.of());
    List<Map<String, Object>> judges = JSON.readValue(args[4], new TypeReference<>() {});
    new JudgeService(config(args[3], judges), settings).run();
  }

  static Process launch(
      KafkaSettings settings, String instance, List<Map<String, Object>> judges, Path log)
      throws IOException {
    return Child.start(
        JudgeMain.class,
        log,
        settings.bootstrapServers(),
        settings.schemaRegistryUrl(),
        settings.topicPrefix(),
        instance,
        JSON.writeValueAsString(judges));
  }

  /** A verdict may take ten minutes; the lock is the broker's shortest. */
  static JudgeConfig config(String instance, List<Map<String, Object>> judges) {
    return config(
        Map.of(
            "judges",
            judges,
            "instance",
            instance,
            "max_attempts",
            3,
            "retry_backoff_ms",
            10,
            "verdict_timeout_ms",
            600_000,
            "max_poll_records",
            100));
  }

  /** The configuration that a section describes. */
  static JudgeConfig config(Map<String, Object> section) {
    return SettingsTree.read(section, JudgeConfig.class, JudgeConfig.SECTION);
  }

  /** Ten pairs at once. */
  static List<Map<String, Object>> scripted(boolean hangs) {
    return List.of(
        Map.of(
            "id",
            "s",
            "type",
            "scripted",
            "delivery",
            "share_group",
            "concurrency",
            10,
            "hangs",
            hangs));
  }
}
