package io.dpostream.judge.service;

import io.dpostream.schemas.KafkaSettings;
import java.util.List;
import java.util.Map;

/** A judge that never answers, in a process of its own, for tests that kill it. */
final class JudgeMain {
  private JudgeMain() {}

  /** Arguments: bootstrap servers, registry, topic prefix, instance. */
  public static void main(String[] args) {
    KafkaSettings settings = new KafkaSettings(args[0], args[1], args[2], Map.of());
    new JudgeService(config(args[3], true), settings).run();
  }

  /** Ten pairs at once; the lock is the broker's shortest. */
  static JudgeConfig config(String instance, boolean hangs) {
    Map<String, Object> judge =
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
            hangs);
    return new JudgeConfig(List.of(judge), instance, 3, 10, 600_000, 100, 10_000, 15_000);
  }
}
