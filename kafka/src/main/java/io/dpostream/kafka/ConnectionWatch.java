package io.dpostream.kafka;

import io.dpostream.kafka.serde.RegistryProbe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log when Kafka or the schema registry cannot be reached: within five seconds, once a
 * minute while it lasts, and when it is over. The services themselves only wait and try again. The
 * watch has a thread of its own, which ends when it is closed.
 */
public final class ConnectionWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConnectionWatch.class);
  private static final Duration BETWEEN = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofMillis(2500);

  private final KafkaSettings kafka;
  private final RegistryProbe registry;
  private final List<OutageLog> outages;
  private final Thread thread = new Thread(this::watch, "connection-watch");
  private Optional<Admin> admin = Optional.empty();

  private ConnectionWatch(KafkaSettings kafka) {
    this.kafka = kafka;
    this.registry = kafka.registryProbe(LIMIT);
    this.outages =
        List.of(
            new OutageLog("Kafka at " + kafka.bootstrapServers(), log::warn),
            new OutageLog("the schema registry at " + registry.address(), log::warn));
    this.thread.setDaemon(true);
  }

  /** Starts watching. */
  public static ConnectionWatch start(KafkaSettings kafka) {
    ConnectionWatch watch = new ConnectionWatch(kafka);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        outages.get(0).observe(brokerProblem(), System.nanoTime());
        outages.get(1).observe(registry.problem(), System.nanoTime());
        TimeUnit.NANOSECONDS.sleep(BETWEEN.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      admin.ifPresent(client -> client.close(Duration.ZERO));
    }
  }

  /** Why no broker answers, if none does. */
  private Optional<String> brokerProblem() throws InterruptedException {
    try {
      if (admin.isEmpty()) {
        admin = Optional.of(kafka.admin());
      }
      DescribeClusterOptions options =
          new DescribeClusterOptions().timeoutMs(Math.toIntExact(LIMIT.toMillis()));
      admin.get().describeCluster(options).clusterId().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      boolean timedOut =
          cause instanceof TimeoutException
              || cause instanceof org.apache.kafka.common.errors.TimeoutException;
      return Optional.of(timedOut ? connectionProblem() : String.valueOf(cause.getMessage()));
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return Optional.of(String.valueOf(cause.getMessage()));
    }
  }

  /** A client only says that time is up; a connection of our own says why. */
  private String connectionProblem() {
    String reason = "no answer";
    for (String server : kafka.bootstrapServers().split(",")) {
      int colon = server.lastIndexOf(':');
      String host = server.substring(0, colon).strip();
      int port = Integer.parseInt(server.substring(colon + 1).strip());
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(host, port), 1000);
        return "it accepts connections and does not answer";
      } catch (IOException e) {
        reason = e.getMessage() == null ? e.toString() : e.getMessage();
      }
    }
    return reason;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
