package io.dpostream.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinBindException;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.EagerContentHandler;
import org.eclipse.jetty.server.handler.EagerContentHandler.RetainedContentLoaderFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * An HTTP server whose threads wait for nobody: a request gets one once the whole of it has come.
 * Clients that send half of one and no more cost a connection each and are hung up on after {@link
 * #SILENCE}. Thread-safe.
 */
public final class BoundedServer implements AutoCloseable {
  /** Longest silence in the middle of a request. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** Largest body of a request; a larger one is answered with status 413. */
  static final int LARGEST_BODY_BYTES = 1024 * 1024;

  /** Room for the chunks of such a body, whose buffers are not always full. */
  private static final int MOST_HELD_BYTES = 2 * LARGEST_BODY_BYTES;

  /** Bodies that come more slowly are refused, in bytes a second. */
  private static final int SLOWEST_BODY = 64;

  private static final int THREADS = 64;

  private final Javalin server;
  private final String host;

  private BoundedServer(Javalin server, String host) {
    this.server = server;
    this.host = host;
  }

  /**
   * Starts serving.
   *
   * @param port 0 for any free one
   * @param routes adds routes and their handlers, which many threads call at once
   * @throws BindException when the port is in use
   */
  public static BoundedServer start(String host, int port, Consumer<JavalinConfig> routes)
      throws BindException {
    return start(host, port, SILENCE, routes);
  }

  static BoundedServer start(
      String host, int port, Duration silence, Consumer<JavalinConfig> routes)
      throws BindException {
    Javalin server =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.http.maxRequestSize = LARGEST_BODY_BYTES;
              config.jetty.threadPool = threads();
              config.jetty.modifyServer(BoundedServer::configure);
              config.jetty.addConnector(
                  (jetty, http) -> connector(jetty, http, silence, host, port));
              routes.accept(config);
            });
    try {
      server.start();
      return new BoundedServer(server, host);
    } catch (JavalinBindException e) {
      server.stop();
      BindException inUse = new BindException(host + ":" + port + " is in use");
      inUse.initCause(e);
      throw inUse;
    }
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool pool = new QueuedThreadPool(THREADS, 4);
    pool.setName("http");
    pool.setDaemon(true);
    return pool;
  }

  private static void configure(Server server) {
    server.setStopTimeout(0); // whoever is slow is not waited for at the end either
    server.setHandler(
        new EagerContentHandler(new RetainedContentLoaderFactory(MOST_HELD_BYTES, 0, true)));
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration http, Duration silence, String host, int port) {
    limit(http, silence);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(silence.toMillis());
    return connector;
  }

  private static void limit(HttpConfiguration http, Duration silence) {
    http.setIdleTimeout(silence.toMillis());
    http.setMinRequestDataRate(SLOWEST_BODY);
    http.setSendServerVersion(false);
  }

  /** Where it is, as seen from this machine. */
  public URI address() {
    return URI.create("http://" + host + ":" + server.port());
  }

  @Override
  public void close() {
    server.stop();
  }
}
