package io.dpostream.kafka.serde;

import io.dpostream.settings.UserException;
import java.util.Map;

/** Reads the configuration of the serde, whose keys are Confluent's. */
public final class SerdeConfig {
  public static final String REGISTRY_URL = "schema.registry.url";
  public static final String AUTO_REGISTER = "auto.register.schemas";
  public static final String SPECIFIC_READER = "specific.avro.reader";
  public static final String USE_LATEST = "use.latest.version";

  private SerdeConfig() {}

  static RegistryClient registry(Map<String, ?> config) {
    return new RegistryClient(RegistryAccess.from(config), RegistryRetries.from(config));
  }

  static boolean flag(Map<String, ?> config, String key, boolean fallback) {
    Object value = config.get(key);
    return value == null ? fallback : Boolean.parseBoolean(value.toString());
  }

  static long number(Map<String, ?> config, String key, long fallback) {
    Object value = config.get(key);
    if (value == null) {
      return fallback;
    }
    try {
      return Long.parseLong(value.toString());
    } catch (NumberFormatException e) {
      throw new UserException(key + ": '" + value + "' is not a whole number", e);
    }
  }
}
