package io.dpostream.pipeline.run;

import io.dpostream.broker.LocalCluster;
import io.dpostream.kafka.ConnectionWatch;
import io.dpostream.kafka.FormerMembers;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.config.Settings.KafkaConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;

/**
 * Access to a Kafka: the external one that is configured, or an embedded broker with its data in
 * the run's folder or in {@code broker.dir}. An outage is told in the log. Closing stops what was
 * started.
 */
public final class KafkaAccess implements AutoCloseable {

  /** Name of the file that holds the addresses of a running embedded cluster. */
  private static final String ADDRESS = "address";

  private final KafkaSettings settings;
  private final Optional<LocalCluster> cluster;
  private final Path address;
  private final ConnectionWatch watch;

  private KafkaAccess(KafkaSettings settings, Optional<LocalCluster> cluster, Path address) {
    this.settings = settings;
    this.cluster = cluster;
    this.address = address;
    this.watch = ConnectionWatch.start(settings);
  }

  /**
   * Connects as configured, or starts a broker and a registry.
   *
   * @throws io.dpostream.settings.UserException if another process runs on the folder, or the
   *     broker does not start
   */
  public static KafkaAccess open(Settings settings, RunFolder folder) {
    return open(settings, folder, () -> {});
  }

  /**
   * Connects as {@link #open(Settings, RunFolder)} does.
   *
   * @param meanwhile called before the connection, while a broker starts if one has to; what it
   *     throws ends that, and is thrown
   */
  static KafkaAccess open(Settings settings, RunFolder folder, Runnable meanwhile) {
    KafkaConnection external = settings.kafka();
    if (external.bootstrapServers().isPresent()) {
      meanwhile.run();
      return new KafkaAccess(
          settings.kafkaSettings(
              external.bootstrapServers().get(), external.schemaRegistryUrl().orElseThrow()),
          Optional.empty(),
          folder.cluster());
    }
    Path data = data(settings, folder);
    LocalCluster cluster = LocalCluster.start(data, settings.broker().ports(), meanwhile);
    Path address = data.resolve(ADDRESS);
    write(address, cluster.bootstrapServers(), cluster.schemaRegistryUrl());
    return new KafkaAccess(
        settings.kafkaSettings(cluster.bootstrapServers(), cluster.schemaRegistryUrl()),
        Optional.of(cluster),
        address);
  }

  /**
   * Joins the cluster of a process that now runs on the folder, or else connects like {@link
   * #open}.
   */
  public static KafkaAccess join(Settings settings, RunFolder folder) {
    Path address = data(settings, folder).resolve(ADDRESS);
    if (settings.kafka().bootstrapServers().isEmpty() && Files.isRegularFile(address)) {
      List<String> lines = read(address);
      if (lines.size() == 2 && answers(lines.get(0))) {
        return new KafkaAccess(
            settings.kafkaSettings(lines.get(0), lines.get(1)), Optional.empty(), address);
      }
    }
    return open(settings, folder);
  }

  private static Path data(Settings settings, RunFolder folder) {
    return settings.broker().dir().map(Path::of).orElseGet(folder::cluster);
  }

  private static boolean answers(String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    String host = hostAndPort.substring(0, colon);
    int port = Integer.parseInt(hostAndPort.substring(colon + 1));
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void write(Path address, String servers, String registry) {
    try {
      Files.write(address, List.of(servers, registry));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> read(Path address) {
    try {
      return Files.readAllLines(address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Settings of clients for this Kafka. */
  public KafkaSettings settings() {
    return settings;
  }

  /**
   * Brings an embedded cluster back when it dies while services work.
   *
   * @param services end when it cannot be brought back
   */
  public void supervise(ServiceGroup services) {
    cluster.ifPresent(c -> services.startCompanion("cluster", new ClusterSupervisor(c)));
  }

  /** Creates the topics that are missing. */
  public void ensureTopics() {
    try (Admin admin = settings.admin()) {
      settings.topics().ensure(admin);
    }
  }

  /**
   * Removes the members of these groups on a cluster that was started just now: if the last process
   * on it was killed, nobody else tells the broker.
   */
  void removeFormerMembers(List<String> groupIds) {
    if (cluster.isPresent()) {
      try (Admin admin = settings.admin()) {
        FormerMembers.remove(admin, groupIds);
      }
    }
  }

  @Override
  public void close() {
    watch.close();
    if (cluster.isPresent()) {
      cluster.get().close();
      try {
        Files.deleteIfExists(address);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
