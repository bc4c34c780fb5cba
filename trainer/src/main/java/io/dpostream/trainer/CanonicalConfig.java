package io.dpostream.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.schemas.RunConfigured;
import io.dpostream.settings.JsonProblem;
import io.dpostream.settings.SettingsTree;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The part of a configuration that the weights depend on, in one canonical form: YAML with the keys
 * in order, one a line, each value in JSON. When to save, publish or give up is not part of it, and
 * with a constant schedule neither is the last step, so that a run can be continued.
 *
 * @param values by key, in JSON
 */
public record CanonicalConfig(SortedMap<String, String> values) {
  private static final JsonMapper JSON = new JsonMapper();

  /** The format of what {@link #text} gives today, for a record to name. */
  public static final int FORMAT = ConfigHistory.FORMAT;

  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "checkpoint_steps",
          "keep_checkpoints",
          "publish_steps",
          "publish_adapters_alone",
          "batch_timeout_ms",
          "kl_full_steps",
          "max_non_finite_steps");

  private static final Set<String> LENGTH_OF_RUN = Set.of("max_steps", "num_train_epochs");

  public CanonicalConfig {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** The canonical form of a configuration. */
  public static CanonicalConfig of(TrainerConfig config) {
    SortedMap<String, String> values = new TreeMap<>();
    ObjectNode tree = SettingsTree.of(config);
    tree.properties().forEach(entry -> values.put(entry.getKey(), entry.getValue().toString()));
    values.keySet().removeAll(WITHOUT_EFFECT);
    if (!config.optimizer().lrSchedulerType().decays()) {
      values.keySet().removeAll(LENGTH_OF_RUN);
    }
    return new CanonicalConfig(values);
  }

  /**
   * The configuration that a run has recorded, in today's keys; a key that it lacks has the default
   * of its release.
   *
   * @throws io.dpostream.settings.UserException when a later release recorded it, or when it uses
   *     what this one no longer supports
   */
  public static CanonicalConfig recorded(RunConfigured configured) {
    return ConfigHistory.RELEASES.read(configured);
  }

  /**
   * This configuration for going on with a run: a key that has its default here keeps the default
   * that it had when the run began.
   *
   * @throws io.dpostream.settings.UserException as {@link #recorded}
   */
  public CanonicalConfig continuing(RunConfigured recorded) {
    return ConfigHistory.RELEASES.continued(recorded, this);
  }

  /**
   * Finds the keys that hold a former default and that the loss does not use. Settings that were
   * written with every default have them without anybody's choice.
   *
   * @param values by key, in JSON
   */
  public static Set<String> unusedFormerDefaults(Map<String, String> values) {
    return ConfigHistory.RELEASES.unusedFormerDefaults(values);
  }

  /** Parses what {@link #text} returns. */
  public static CanonicalConfig parse(String text) {
    SortedMap<String, String> values = new TreeMap<>();
    text.lines()
        .forEach(
            line -> {
              int colon = line.indexOf(": ");
              if (colon < 0) {
                throw new IllegalArgumentException("recorded configuration: no key in: " + line);
              }
              values.put(line.substring(0, colon), line.substring(colon + 2));
            });
    return new CanonicalConfig(values);
  }

  /** The text that the ledger keeps. */
  public String text() {
    StringBuilder text = new StringBuilder();
    values.forEach((key, value) -> text.append(key).append(": ").append(value).append('\n'));
    return text.toString();
  }

  /** SHA-256 of the text, as lower-case hex. */
  public String sha256() {
    return DigestUtils.sha256Hex(text());
  }

  /**
   * Builds the full configuration: these values, and those of {@code rest} for every other key.
   *
   * @throws IllegalArgumentException when a key is no longer known or a value does not fit
   */
  public TrainerConfig over(TrainerConfig rest) {
    ObjectNode tree = SettingsTree.of(rest);
    try {
      for (var entry : values.entrySet()) {
        if (!tree.has(entry.getKey())) {
          throw new IllegalArgumentException("recorded configuration: unknown key " + entry);
        }
        JsonNode value = JSON.readTree(entry.getValue());
        tree.set(entry.getKey(), value);
      }
      return SettingsTree.read(tree, TrainerConfig.class, TrainerConfig.SECTION);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("recorded configuration: " + JsonProblem.of(e), e);
    }
  }
}
