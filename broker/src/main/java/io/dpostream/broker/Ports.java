package io.dpostream.broker;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The ports on 127.0.0.1 that a local cluster listens on.
 *
 * @param broker for Kafka clients
 * @param controller between the broker and itself
 * @param registry for the schema registry's clients
 */
public record Ports(int broker, int controller, int registry) {
  /**
   * The first port to try. It lies below the range from which Linux takes the ports of outgoing
   * connections: a client that retries while its broker is down could otherwise be given the
   * broker's port, connect to itself and keep the broker from coming back.
   */
  private static final int FIRST = 20_000;

  private static final int LAST = 32_000;

  /**
   * A process that another thread starts holds a copy of every socket of this one for a moment,
   * also of the one that has just tried the port.
   */
  private static final int TRIES = 10;

  private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

  public Ports {
    check("broker port", broker);
    check("controller port", controller);
    check("schema registry port", registry);
    if (broker == controller || broker == registry || controller == registry) {
      throw new UserException(
          "ports: broker %d, controller %d and schema registry %d must differ"
              .formatted(broker, controller, registry));
    }
  }

  /**
   * Finds three ports that nothing listens on now. Until this process ends, no other call gets any
   * of them, here or in another process of this user: not before the cluster listens there, and not
   * while it is restarted.
   *
   * @throws UserException when none is free
   */
  public static Ports free() {
    // Processes start their search at different places: most find a port at the first try.
    return freeFrom((int) (FIRST + ProcessHandle.current().pid() * 61 % (LAST - FIRST)));
  }

  static Ports freeFrom(int start) {
    int broker = reserveFrom(start);
    int controller = reserveFrom(broker + 1);
    return new Ports(broker, controller, reserveFrom(controller + 1));
  }

  /**
   * Checks that nothing listens on any of the ports.
   *
   * @throws UserException naming the port that is in use
   */
  void requireFree() {
    requireFree("broker", broker);
    requireFree("controller", controller);
    requireFree("schema registry", registry);
  }

  private static int reserveFrom(int start) {
    for (int tried = 0; tried < LAST - FIRST; tried++) {
      int port = FIRST + (start - FIRST + tried) % (LAST - FIRST);
      if (PortReservations.take(port) && isFree(port)) {
        return port;
      }
    }
    throw new UserException("ports: none from " + FIRST + " to " + LAST + " is free on 127.0.0.1");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void requireFree(String what, int port) {
    for (int tried = 1; !isFree(port); tried++) {
      if (tried == TRIES) {
        throw new UserException(
            "%s port: %d is in use on 127.0.0.1; stop what listens there or choose another port"
                .formatted(what, port));
      }
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
    }
  }

  private static void check(String what, int port) {
    if (port < 1 || port > 65_535) {
      throw new UserException(what + ": " + port + " is not between 1 and 65535");
    }
  }
}
