package io.dpostream.kafka;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a cluster's feature {@code transaction.version}. From level 2 on every transaction has a
 * producer epoch of its own (KIP-890), so a write that was delayed past the end of its transaction
 * is refused. Below, it can land in the next transaction of the same producer and be committed with
 * it. A cluster that was upgraded keeps its old level until somebody raises it.
 */
public final class TransactionVersion {
  private static final Logger log = LoggerFactory.getLogger(TransactionVersion.class);
  private static final String FEATURE = "transaction.version";
  private static final int WANTED = 2;

  /** Empty when nothing was wrong. One for the process, since its services log to one log. */
  private static final AtomicReference<String> LAST_WARNING = new AtomicReference<>("");

  private TransactionVersion() {}

  /**
   * What is wrong with the cluster's level, as one line with the remedy; empty where nothing is.
   *
   * @throws io.dpostream.settings.UserException when no broker answers
   * @throws KafkaException what the broker said
   */
  public static Optional<String> problem(Admin admin) {
    FeatureMetadata features = AdminAnswer.require(admin.describeFeatures().featureMetadata());
    var inUse = Optional.ofNullable(features.finalizedFeatures().get(FEATURE));
    var offered = Optional.ofNullable(features.supportedFeatures().get(FEATURE));
    return problem(
        inUse.map(range -> (int) range.maxVersionLevel()).orElse(0),
        offered.map(range -> (int) range.maxVersion()).orElse(0));
  }

  /**
   * @param level that the cluster has in use; 0 where it has none
   * @param highest level that its brokers know
   */
  static Optional<String> problem(int level, int highest) {
    if (level >= WANTED) {
      return Optional.empty();
    }
    String remedy =
        highest >= WANTED
            ? "raise it with kafka-features.sh --bootstrap-server HOST:PORT upgrade --feature "
                + FEATURE
                + "="
                + WANTED
            : "its brokers know no level above " + highest + ", upgrade them";
    return Optional.of(
        "Kafka's feature %s is %d and should be %d: a delayed write of an ended transaction can land in the producer's next one (KIP-890); %s"
            .formatted(FEATURE, level, WANTED, remedy));
  }

  /**
   * Logs a warning where the level is too low, or cannot be found out. Every service of a process
   * asks; the warning is logged by the first.
   */
  static void warn(Admin admin) {
    String warning = warning(admin);
    if (!warning.equals(LAST_WARNING.getAndSet(warning)) && !warning.isEmpty()) {
      log.warn(warning);
    }
  }

  private static String warning(Admin admin) {
    try {
      return problem(admin).orElse("");
    } catch (KafkaException e) {
      return "Kafka's feature %s could not be read: %s".formatted(FEATURE, e.getMessage());
    }
  }
}
