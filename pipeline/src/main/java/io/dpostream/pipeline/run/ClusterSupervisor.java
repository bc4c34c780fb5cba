package io.dpostream.pipeline.run;

import io.dpostream.broker.LocalCluster;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the embedded broker and registry back when one of them has died, which the services wait
 * out; a cluster that dies again and again ends the run.
 */
final class ClusterSupervisor implements Service {
  private static final Logger log = LoggerFactory.getLogger(ClusterSupervisor.class);
  private static final Duration BETWEEN = Duration.ofMillis(500);
  private static final Duration CALM = Duration.ofMinutes(5);
  private static final int MOST_RESTARTS = 3;

  private final LocalCluster cluster;
  private final Lifecycle lifecycle = new Lifecycle();

  ClusterSupervisor(LocalCluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public void run() throws InterruptedException {
    lifecycle.run(this::supervise);
  }

  private void supervise() throws InterruptedException {
    int restarts = 0;
    long last = System.nanoTime();
    while (!lifecycle.pause(BETWEEN)) {
      if (!cluster.isAlive()) {
        restarts = System.nanoTime() - last > CALM.toNanos() ? 1 : restarts + 1;
        last = System.nanoTime();
        restart(restarts);
      }
    }
  }

  private void restart(int times) {
    String dead = cluster.deadParts();
    if (times > MOST_RESTARTS) {
      throw new UserException(
          "the %s has died %d times within minutes; its log is in %s"
              .formatted(dead, times, cluster.logs()));
    }
    log.warn("the {} has died and is started again; its log is in {}", dead, cluster.logs());
    cluster.restartBroker();
    cluster.restartRegistry();
  }

  @Override
  public void requestStop() {
    lifecycle.requestStop();
  }

  @Override
  public boolean awaitStopped(Duration limit) throws InterruptedException {
    return lifecycle.awaitStopped(limit);
  }
}
