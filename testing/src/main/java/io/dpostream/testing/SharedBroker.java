package io.dpostream.testing;

import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.utils.Utils;

/**
 * One broker and one schema registry for all tests of a JVM, started by the first that asks.
 *
 * <p>Tests are told apart by their topic prefix, from which also every consumer group, share group,
 * transactional id and Kafka Streams application of ours takes its name; no prefix is given twice.
 * A test that kills the broker or the registry starts a {@link LocalCluster} of its own.
 */
public final class SharedBroker {
  private static final Set<String> PREFIXES = ConcurrentHashMap.newKeySet();

  private SharedBroker() {}

  /**
   * Settings of a deployment that nobody else has, without topics yet.
   *
   * @param prefix of its topics, without the dot that ends it
   * @throws IllegalArgumentException if another test of this JVM has the prefix
   */
  public static KafkaSettings deployment(String prefix) {
    if (!PREFIXES.add(prefix)) {
      throw new IllegalArgumentException("topic prefix " + prefix + " has been given already");
    }
    LocalCluster cluster = Running.CLUSTER;
    return new KafkaSettings(
        cluster.bootstrapServers(), cluster.schemaRegistryUrl(), prefix + ".", Map.of());
  }

  /** Where its data and logs are, until this process ends. */
  static Path folder() {
    return Running.FOLDER;
  }

  /** Initialized, and so started, by the first use. */
  private static final class Running {
    private static final Path FOLDER = createFolder();
    private static final LocalCluster CLUSTER = start();

    private static Path createFolder() {
      try {
        return Files.createTempDirectory("dpo-shared-broker");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static LocalCluster start() {
      LocalCluster cluster = LocalCluster.start(FOLDER);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> discard(cluster)));
      return cluster;
    }

    /** Kills instead of stopping: nobody reads the data again. */
    private static void discard(LocalCluster cluster) {
      cluster.killRegistry();
      cluster.killBroker();
      cluster.close();
      try {
        Utils.delete(FOLDER.toFile());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
