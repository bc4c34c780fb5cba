package io.dpostream.kafka;

import static org.apache.kafka.clients.CommonClientConfigs.SECURITY_PROTOCOL_CONFIG;
import static org.apache.kafka.common.config.SaslConfigs.SASL_JAAS_CONFIG;
import static org.apache.kafka.common.config.SaslConfigs.SASL_MECHANISM;

import io.dpostream.settings.NearestKey;
import io.dpostream.settings.UserException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Finds mistakes in client properties that Kafka would pass over or tell late. */
final class ClientProperties {
  private static final int LIKELY_EDITS = 2;
  private static final String JAAS_FILE = "java.security.auth.login.config";

  private ClientProperties() {}

  /**
   * Checks what can be checked without a broker.
   *
   * @throws UserException for a key that is probably misspelt, or SASL without a login
   */
  static void check(Map<String, String> properties) {
    Set<String> known = new TreeSet<>(ProducerConfig.configNames());
    known.addAll(ConsumerConfig.configNames());
    known.addAll(AdminClientConfig.configNames());
    for (String key : properties.keySet()) {
      Optional<String> meant = NearestKey.to(key, known, LIKELY_EDITS);
      if (meant.isPresent() && !known.contains(key)) {
        throw new UserException(
            "kafka.properties.%s: no client has this key; did you mean %s?"
                .formatted(key, meant.get()));
      }
    }
    requireLogin(properties);
  }

  private static void requireLogin(Map<String, String> properties) {
    boolean sasl = properties.getOrDefault(SECURITY_PROTOCOL_CONFIG, "").startsWith("SASL");
    if (sasl
        && !properties.containsKey(SASL_JAAS_CONFIG)
        && System.getProperty(JAAS_FILE) == null) {
      throw new UserException(
          "kafka.properties: %s is %s, and %s is missing; it names user and password for %s"
              .formatted(
                  SECURITY_PROTOCOL_CONFIG,
                  properties.get(SECURITY_PROTOCOL_CONFIG),
                  SASL_JAAS_CONFIG,
                  properties.getOrDefault(SASL_MECHANISM, "GSSAPI, the default sasl.mechanism")));
    }
  }
}
