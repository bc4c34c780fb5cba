package io.dpostream.broker;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The embedded broker keeps the contract. */
class LocalBrokerContractIT extends BrokerContract {
  @TempDir static Path dir;
  private static LocalCluster cluster;

  @BeforeAll
  static void start() {
    cluster = LocalCluster.start(dir);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Override
  String bootstrapServers() {
    return cluster.bootstrapServers();
  }
}
