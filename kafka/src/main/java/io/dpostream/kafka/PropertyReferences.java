package io.dpostream.kafka;

import io.dpostream.settings.UserException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/**
 * Replaces references in client properties by what they refer to, with Kafka's own providers:
 * <code>${env:NAME}</code> is a variable of the environment, <code>${file:PATH:KEY}</code> a key of
 * a properties file, <code>${dir:PATH:NAME}</code> the content of a file, as Kubernetes mounts
 * secrets.
 */
final class PropertyReferences {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file|dir):[^}]*}");

  private PropertyReferences() {}

  /**
   * Resolves all references.
   *
   * @throws UserException if one refers to nothing
   */
  static Map<String, String> resolve(Map<String, String> properties) {
    Map<String, ConfigProvider> providers =
        Map.of(
            "env", new EnvVarConfigProvider(),
            "file", new FileConfigProvider(),
            "dir", new DirectoryConfigProvider());
    providers.values().forEach(provider -> provider.configure(Map.of()));
    Map<String, String> resolved;
    try {
      resolved = new ConfigTransformer(providers).transform(properties).data();
    } catch (ConfigException e) {
      throw new UserException("kafka.properties: " + e.getMessage(), e);
    }
    properties.forEach(
        (key, value) -> requireResolved(key, value, resolved.getOrDefault(key, value)));
    return resolved;
  }

  private static void requireResolved(String key, String value, String resolved) {
    Matcher reference = REFERENCE.matcher(value);
    while (reference.find()) {
      if (resolved.contains(reference.group())) {
        throw new UserException("%s: %s refers to nothing".formatted(key, reference.group()));
      }
    }
  }
}
