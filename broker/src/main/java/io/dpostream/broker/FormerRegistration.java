package io.dpostream.broker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.UnregisterBrokerOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registration of a single node's broker that was killed. The controller takes the broker that
 * starts for a second one with the same id, and refuses it until the session of the first is over,
 * unless somebody takes the first out.
 */
final class FormerRegistration {
  private static final Logger log = LoggerFactory.getLogger(FormerRegistration.class);

  /** Well below the session: whoever registers after that must not be taken out. */
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private static final long RETRY_MS = 5;

  private FormerRegistration() {}

  /**
   * Takes a killed broker out as soon as the controller answers, in a thread of its own. To be
   * called before the controller starts, so that this comes long before the session's end.
   */
  static void remove(int brokerId, int controllerPort) {
    Thread thread = new Thread(() -> unregister(brokerId, controllerPort), "former-registration");
    thread.setDaemon(true);
    thread.start();
  }

  private static void unregister(int brokerId, int controllerPort) {
    InetSocketAddress controller = new InetSocketAddress("127.0.0.1", controllerPort);
    Map<String, Object> config =
        Map.of(
            AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG,
            controller.getHostString() + ":" + controllerPort,
            AdminClientConfig.CLIENT_ID_CONFIG,
            "former-registration");
    try {
      awaitListening(controller);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      try (Admin admin = Admin.create(config)) {
        int limitMs = Math.toIntExact((deadline - System.nanoTime()) / 1_000_000);
        if (limitMs <= 0) {
          log.info("the broker's former session has to run out: it took too long to connect");
          return;
        }
        admin
            .unregisterBroker(brokerId, new UnregisterBrokerOptions().timeoutMs(limitMs))
            .all()
            .get(limitMs, TimeUnit.MILLISECONDS);
        log.info("the registration of the broker that was killed is taken out");
      }
    } catch (ExecutionException | TimeoutException e) {
      log.info("the broker's former session has to run out: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitListening(InetSocketAddress address) throws InterruptedException {
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(address, 1000);
        return;
      } catch (IOException notYet) {
        Thread.sleep(RETRY_MS);
      }
    }
  }
}
