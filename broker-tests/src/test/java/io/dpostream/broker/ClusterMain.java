package io.dpostream.broker;

import java.nio.file.Path;

/** A process that starts a cluster and then waits to be killed. */
final class ClusterMain {
  private ClusterMain() {}

  public static void main(String[] args) throws InterruptedException {
    try (LocalCluster cluster = LocalCluster.start(Path.of(args[0]))) {
      System.out.println("started");
      Thread.sleep(Long.MAX_VALUE);
    }
  }
}
