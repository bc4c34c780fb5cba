package io.dpostream.broker;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * The child's side of the protocol between a child process and its parent. The child writes one
 * line to standard output, {@code READY} or {@code ERROR} with the reason, and stops when its
 * standard input ends. The system closes that input when the parent dies, however it dies, so no
 * child outlives its parent.
 */
final class ChildMain {
  static final String READY = "READY";
  static final String ERROR = "ERROR ";

  private ChildMain() {}

  /** The service that the child process runs. */
  @FunctionalInterface
  interface Service {
    /** Starts, and returns once clients can connect; closing the result stops the service. */
    AutoCloseable start() throws Exception;
  }

  /** Starts a service, which then runs until the parent is gone. */
  static void run(Service service) {
    PrintStream toParent = System.out;
    System.setOut(System.err); // whatever a library prints goes to the log
    // Ctrl-C reaches the parent too, which stops its own work first and its children last.
    Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
    Signal.handle(new Signal("HUP"), SignalHandler.SIG_IGN);
    Logger log = LoggerFactory.getLogger(ChildMain.class);
    Thread watcher = new Thread(() -> exitAtEndOf(System.in), "parent-watcher");
    watcher.setDaemon(true);
    watcher.start();
    AutoCloseable running;
    try {
      running = service.start();
    } catch (Exception e) {
      log.error("cannot start", e);
      toParent.println(ERROR + oneLine(e));
      toParent.flush();
      Runtime.getRuntime().halt(1);
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running, log), "stop"));
    toParent.println(READY);
    toParent.flush();
  }

  private static void exitAtEndOf(InputStream in) {
    try {
      while (in.read() >= 0) {
        // the parent never writes; only the end matters
      }
    } catch (IOException e) {
      // a failed read means that the parent is gone, too
    }
    System.exit(0);
  }

  private static void stop(AutoCloseable service, Logger log) {
    try {
      service.close();
    } catch (Exception e) {
      log.warn("did not stop cleanly", e);
    }
  }

  private static String oneLine(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && !(root instanceof UserException)) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? root.toString() : root.getMessage();
    return message.replaceAll("\\s+", " ");
  }
}
