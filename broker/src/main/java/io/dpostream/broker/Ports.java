package io.dpostream.broker;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

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

  /** Finds three ports that nothing listens on now. */
  public static Ports free() {
    // Processes start their search at different places so that two that start together do not meet.
    int start = (int) (FIRST + ProcessHandle.current().pid() * 61 % (LAST - FIRST));
    int broker = freeFrom(start);
    int controller = freeFrom(broker + 1);
    return new Ports(broker, controller, freeFrom(controller + 1));
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

  private static int freeFrom(int start) {
    for (int tried = 0; tried < LAST - FIRST; tried++) {
      int port = FIRST + (start - FIRST + tried) % (LAST - FIRST);
      if (isFree(port)) {
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
    if (!isFree(port)) {
      throw new UserException(
          "%s port: %d is in use on 127.0.0.1; stop what listens there or choose another port"
              .formatted(what, port));
    }
  }

  private static void check(String what, int port) {
    if (port < 1 || port > 65_535) {
      throw new UserException(what + ": " + port + " is not between 1 and 65535");
    }
  }
}
