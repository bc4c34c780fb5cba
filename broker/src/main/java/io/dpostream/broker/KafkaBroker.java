package io.dpostream.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A Kafka broker and its KRaft controller in one node on 127.0.0.1, in this process.
 *
 * <p>Acknowledged records survive {@code kill -9}, but not a loss of power: Kafka leaves the flush
 * to the operating system and relies on replicas, of which one node has none.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final String CLUSTER_ID = "dpoStreamLocalCluster0";
  private static final int NODE_ID = 1;

  /** File that Kafka leaves behind when it has stopped by itself. */
  private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";

  private static final Duration PREDECESSOR_MAY_TAKE = Duration.ofSeconds(15);

  private final KafkaRaftServer server;
  private final DirectoryLock lock;

  private KafkaBroker(KafkaRaftServer server, DirectoryLock lock) {
    this.server = server;
    this.lock = lock;
  }

  /**
   * Runs a broker as a child process; arguments: {@code <directory> <broker port> <controller
   * port>}.
   */
  public static void main(String[] args) {
    ChildMain.run(
        () -> start(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2])));
  }

  /**
   * Starts a broker that keeps its data in a directory, formatting the directory when it is new.
   *
   * @throws io.dpostream.settings.UserException when the directory cannot be written or is in use
   */
  static KafkaBroker start(Path dir, int brokerPort, int controllerPort) throws Exception {
    DirectoryLock lock = DirectoryLock.take(dir, PREDECESSOR_MAY_TAKE);
    try {
      Path data = dir.resolve("data");
      if (!Files.exists(data.resolve("meta.properties"))) {
        format(data);
      } else if (!Files.exists(data.resolve(CLEAN_SHUTDOWN))) {
        FormerRegistration.remove(NODE_ID, controllerPort);
      }
      KafkaRaftServer server =
          new KafkaRaftServer(
              KafkaConfig.fromProps(properties(data, brokerPort, controllerPort), false),
              Time.SYSTEM);
      server.startup();
      return new KafkaBroker(server, lock);
    } catch (Exception e) {
      lock.close();
      throw e;
    }
  }

  private static void format(Path data) throws Exception {
    new Formatter()
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
        .setNodeId(NODE_ID)
        .setClusterId(CLUSTER_ID)
        .setIgnoreFormatted(true)
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(data.toString())
        .addDirectory(data.toString())
        .run();
  }

  private static Properties properties(Path data, int brokerPort, int controllerPort) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "process.roles",
            "broker,controller",
            "node.id",
            Integer.toString(NODE_ID),
            "listeners",
            "BROKER://127.0.0.1:" + brokerPort + ",CONTROLLER://127.0.0.1:" + controllerPort,
            "listener.security.protocol.map",
            "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name",
            "BROKER",
            "controller.listener.names",
            "CONTROLLER",
            "controller.quorum.voters",
            "1@127.0.0.1:" + controllerPort,
            "log.dirs",
            data.toString()));
    // One node: every internal topic has one replica.
    for (String topic :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      properties.put(topic + ".replication.factor", "1");
      properties.put(topic + ".num.partitions", "4");
    }
    properties.putAll(
        Map.of(
            "transaction.state.log.min.isr", "1",
            "share.coordinator.state.topic.min.isr", "1",
            "default.replication.factor", "1",
            "auto.create.topics.enable", "false",
            "group.initial.rebalance.delay.ms", "0"));
    // Short, since a killed broker whose registration could not be taken out has to wait for it,
    // but
    // longer than a busy machine keeps one that lives from saying so.
    properties.putAll(
        Map.of("broker.session.timeout.ms", "6000", "broker.heartbeat.interval.ms", "250"));
    // Small machines: fewer threads, and a cleaner that does not take 128 MB.
    properties.putAll(
        Map.of(
            "num.network.threads", "2",
            "num.io.threads", "4",
            "log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20)));
    return properties;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
    lock.close();
  }
}
