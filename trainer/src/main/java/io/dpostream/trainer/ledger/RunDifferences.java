package io.dpostream.trainer.ledger;

import io.dpostream.schemas.Environment;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Lists what differs between two configurations or environments, one entry per key. */
public final class RunDifferences {
  private RunDifferences() {}

  /** Compares two environments; an entry reads {@code device: cpu is now cuda:0}. */
  public static List<String> between(Environment before, Environment now) {
    return between(asMap(before), asMap(now));
  }

  /**
   * Compares two configurations, in the order of their keys; an entry reads {@code beta: 0.1 is now
   * 0.3}.
   */
  public static List<String> between(
      SortedMap<String, String> before, SortedMap<String, String> now) {
    TreeSet<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    return keys.stream()
        .filter(key -> !before.getOrDefault(key, "").equals(now.getOrDefault(key, "")))
        .map(key -> key + ": " + show(before, key) + " is now " + show(now, key))
        .toList();
  }

  private static String show(SortedMap<String, String> values, String key) {
    return values.getOrDefault(key, "absent");
  }

  private static SortedMap<String, String> asMap(Environment environment) {
    SortedMap<String, String> map = new TreeMap<>();
    map.put("device", environment.getDevice());
    map.put("dtype", environment.getDtype());
    map.put("threads", Integer.toString(environment.getThreads()));
    map.put("native_version", environment.getNativeVersion());
    map.put("cpu_capability", environment.getCpuCapability());
    return map;
  }
}
