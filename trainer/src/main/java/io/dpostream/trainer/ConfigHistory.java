package io.dpostream.trainer;

import io.dpostream.schemas.RunConfigured;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.loss.Losses;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reads the configurations that runs have recorded, whichever release recorded them, in today's
 * keys. A recorded configuration is history: it is never refused for a default that has changed
 * since, and a key that it lacks means what its release did.
 *
 * <p>A release that changes a key or a default raises {@link #FORMAT}, keeps its defaults in {@code
 * recorded-defaults/<format>.yaml} and names renamed and retired keys here.
 *
 * @param defaults of each format, by its number: every key that its configurations record
 * @param renamed today's name by the former one
 * @param retired keys that are gone, with the one value that today's trainer still stands for
 * @param formerDefaults values that were once the default of an option of the loss; where the
 *     recorded loss does not use the option, nobody chose them
 */
record ConfigHistory(
    List<CanonicalConfig> defaults,
    Map<String, String> renamed,
    Map<String, String> retired,
    Map<String, Set<String>> formerDefaults) {

  /** The format that this trainer records. */
  static final int FORMAT = 3;

  /** Everything that this project has ever recorded. */
  static final ConfigHistory RELEASES =
      new ConfigHistory(
          IntStream.rangeClosed(0, FORMAT).mapToObj(ConfigHistory::recordedDefaults).toList(),
          Map.of(),
          Map.of(),
          Map.of("madpo_tau", Set.of("1.0")));

  ConfigHistory {
    defaults = List.copyOf(defaults);
    renamed = Map.copyOf(renamed);
    retired = Map.copyOf(retired);
    formerDefaults = Map.copyOf(formerDefaults);
  }

  /**
   * A recorded configuration in today's keys.
   *
   * @throws UserException when a later release recorded it, or when it uses what is gone
   */
  CanonicalConfig read(RunConfigured recorded) {
    int format = recorded.getFormatVersion();
    if (format >= defaults.size()) {
      throw new UserException(
          "run.id: a later version configured this run (format %d, this one reads up to %d); go on with that version"
              .formatted(format, defaults.size() - 1));
    }
    SortedMap<String, String> values = new TreeMap<>();
    for (CanonicalConfig known : defaults.subList(format, defaults.size())) {
      today(known).forEach(values::putIfAbsent);
    }
    values.putAll(today(CanonicalConfig.parse(recorded.getConfig())));
    unusedFormerDefaults(values).forEach(key -> values.putAll(newest().subMap(key, key + '\0')));
    return new CanonicalConfig(values);
  }

  /**
   * Today's configuration for going on with a run: a key that nobody set, neither then nor now,
   * keeps the value that was its default when the run began.
   *
   * @param recorded of the run
   */
  CanonicalConfig continued(RunConfigured recorded, CanonicalConfig now) {
    CanonicalConfig begun = read(recorded);
    SortedMap<String, String> former = today(defaults.get(recorded.getFormatVersion()));
    SortedMap<String, String> values = new TreeMap<>(now.values());
    begun
        .values()
        .forEach(
            (key, value) -> {
              boolean unset = value.equals(former.get(key));
              if (unset && newest().getOrDefault(key, "").equals(values.get(key))) {
                values.put(key, value);
              }
            });
    return new CanonicalConfig(values);
  }

  private SortedMap<String, String> today(CanonicalConfig config) {
    SortedMap<String, String> values = new TreeMap<>();
    config
        .values()
        .forEach(
            (key, value) -> {
              String remaining = retired.get(key);
              if (remaining == null) {
                values.put(renamed.getOrDefault(key, key), value);
              } else if (!remaining.equals(value)) {
                throw new UserException(
                    "run.id: this run was configured with trainer.%s: %s, which this version cannot do any more; go on with the version that began it"
                        .formatted(key, value));
              }
            });
    return values;
  }

  /** The keys whose value was once a default and is not used by the loss: nobody chose it. */
  Set<String> unusedFormerDefaults(Map<String, String> values) {
    String losses = values.getOrDefault("loss_type", "");
    return formerDefaults.keySet().stream()
        .filter(
            key ->
                formerDefaults.getOrDefault(key, Set.of()).contains(values.getOrDefault(key, "")))
        .filter(
            key -> Losses.using(key).stream().noneMatch(loss -> losses.contains('"' + loss + '"')))
        .collect(Collectors.toUnmodifiableSet());
  }

  private SortedMap<String, String> newest() {
    return defaults.get(defaults.size() - 1).values();
  }

  private static CanonicalConfig recordedDefaults(int format) {
    String name = "recorded-defaults/" + format + ".yaml";
    try (InputStream in = ConfigHistory.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not on the class path");
      }
      return CanonicalConfig.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
