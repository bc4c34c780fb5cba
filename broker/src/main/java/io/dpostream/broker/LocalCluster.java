package io.dpostream.broker;

import io.dpostream.kafka.KafkaSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real Kafka broker and a schema registry on this machine, each in a child process, with their
 * data and logs in one directory. Starting again on the same directory finds the data again, even
 * after {@code kill -9}.
 *
 * <p>There are two processes rather than one so that either can fail alone: an unreachable broker
 * and an unreachable registry are different faults. Both end within seconds when this process ends,
 * however it ends. Thread-safe.
 */
public final class LocalCluster implements AutoCloseable {
  private final Path dir;
  private final Ports ports;
  private final DirectoryLock lock;
  private ChildProcess broker;
  private ChildProcess registry;

  private LocalCluster(Path dir, Ports ports, DirectoryLock lock) {
    this.dir = dir.toAbsolutePath();
    this.ports = ports;
    this.lock = lock;
    this.broker = launchBroker();
    this.registry = launchRegistry();
  }

  /** Starts a cluster on free ports; see {@link #start(Path, Ports)}. */
  public static LocalCluster start(Path dir) {
    return start(dir, Ports.free());
  }

  /**
   * Starts a cluster and returns when clients can connect to both.
   *
   * @param dir for data and logs; created when it is missing
   * @throws io.dpostream.settings.UserException when the directory cannot be written, is in use, or
   *     a port is in use
   */
  public static LocalCluster start(Path dir, Ports ports) {
    return start(dir, ports, () -> {});
  }

  /**
   * Starts a cluster as {@link #start(Path, Ports)} does.
   *
   * @param meanwhile called while the children start; what it throws ends them, and is thrown
   */
  public static LocalCluster start(Path dir, Ports ports, Runnable meanwhile) {
    DirectoryLock lock = DirectoryLock.take(dir, Duration.ZERO);
    try {
      ports.requireFree();
      LocalCluster cluster = new LocalCluster(dir, ports, lock);
      cluster.awaitReady(meanwhile);
      return cluster;
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Address for Kafka clients. */
  public String bootstrapServers() {
    return "127.0.0.1:" + ports.broker();
  }

  /** Address of the schema registry. */
  public String schemaRegistryUrl() {
    return "http://127.0.0.1:" + ports.registry();
  }

  /** Settings for clients of this cluster, with no topic prefix. */
  public KafkaSettings settings() {
    return new KafkaSettings(bootstrapServers(), schemaRegistryUrl(), "", Map.of());
  }

  /** Whether both children are running. */
  public synchronized boolean isAlive() {
    return broker.isAlive() && registry.isAlive();
  }

  /** What has died, for messages; empty while both are running. */
  public synchronized String deadParts() {
    return Stream.of(broker, registry)
        .filter(child -> !child.isAlive())
        .map(ChildProcess::name)
        .collect(Collectors.joining(" and "));
  }

  /** Folder of both children's logs. */
  public Path logs() {
    return dir.resolve("logs");
  }

  /** Kills the broker like {@code kill -9}, for fault tests. */
  public synchronized void killBroker() {
    broker.kill();
  }

  /** Restarts the broker, on the same port and data, when it is down. */
  public synchronized void restartBroker() {
    if (!broker.isAlive()) {
      broker = launchBroker();
      broker.awaitReady();
    }
  }

  /** Kills the schema registry like {@code kill -9}, for fault tests. */
  public synchronized void killRegistry() {
    registry.kill();
  }

  /** Restarts the schema registry, on the same port, when it is down. */
  public synchronized void restartRegistry() {
    if (!registry.isAlive()) {
      registry = launchRegistry();
      registry.awaitReady();
    }
  }

  /** Stops both and keeps the data. */
  @Override
  public synchronized void close() {
    registry.stop();
    broker.stop();
    lock.close();
  }

  synchronized List<Long> pids() {
    return List.of(broker.pid(), registry.pid());
  }

  private void awaitReady(Runnable meanwhile) {
    try {
      meanwhile.run();
      broker.awaitReady();
      registry.awaitReady();
    } catch (RuntimeException e) {
      registry.kill();
      broker.kill();
      throw e;
    }
  }

  private ChildProcess launchBroker() {
    return ChildProcess.launch(
        "Kafka broker",
        KafkaBroker.class,
        256,
        logs().resolve("broker.log"),
        List.of(
            dir.resolve("kafka").toString(),
            Integer.toString(ports.broker()),
            Integer.toString(ports.controller())));
  }

  private ChildProcess launchRegistry() {
    return ChildProcess.launch(
        "schema registry",
        RegistryChild.class,
        64,
        logs().resolve("registry.log"),
        List.of(bootstrapServers(), "127.0.0.1", Integer.toString(ports.registry())));
  }
}
