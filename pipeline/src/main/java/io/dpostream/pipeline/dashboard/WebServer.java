package io.dpostream.pipeline.dashboard;

import io.dpostream.pipeline.config.Settings.MetricsSettings;
import io.dpostream.pipeline.metrics.JudgeQualityMeters;
import io.dpostream.pipeline.metrics.Meters;
import io.dpostream.pipeline.progress.Progress;
import io.dpostream.settings.UserException;
import io.dpostream.web.BoundedServer;
import io.dpostream.web.PageFiles;
import io.dpostream.web.SiteGuard;
import io.dpostream.web.TokenGuard;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.net.BindException;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Serves {@code /metrics} and, if there is one, a run's page. It only reads. */
public final class WebServer implements AutoCloseable {
  /** Media type of Prometheus's text format. */
  private static final String EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

  private final BoundedServer server;

  private WebServer(MetricsSettings settings, int port, Consumer<JavalinConfig> routes) {
    try {
      this.server =
          BoundedServer.start(
              settings.host(),
              port,
              config -> {
                config.routes.before(SiteGuard::seal);
                settings.token().map(TokenGuard::new).ifPresent(guard -> protect(config, guard));
                config.routes.get("/health", ctx -> ctx.result("ok"));
                routes.accept(config);
              });
    } catch (BindException e) {
      throw new UserException(
          "metrics.port: %d on %s is in use; use another one, or 0 for a free one"
              .formatted(port, settings.host()),
          e);
    }
  }

  /**
   * Serves the meters of a process.
   *
   * @throws UserException when the port is in use
   */
  public static WebServer metrics(MetricsSettings settings, int port, Meters meters) {
    return new WebServer(
        settings, port, config -> config.routes.get("/metrics", ctx -> scrape(ctx, meters)));
  }

  /**
   * Serves the meters of a process and the page of the run that it works on.
   *
   * @throws UserException when the port is in use
   */
  public static WebServer dashboard(
      MetricsSettings settings,
      Meters meters,
      String runId,
      Supplier<Progress> progress,
      RunHistory history) {
    JudgeQualityMeters quality = meters.judgeQuality();
    return new WebServer(
        settings,
        settings.port().orElse(0),
        config -> {
          config.routes.get(
              "/metrics",
              ctx -> {
                quality.update(history.judges());
                scrape(ctx, meters);
              });
          for (String path : List.of("/", "/data")) {
            config.routes.before(path, ctx -> SiteGuard.refuseOtherHosts(ctx, settings.hosts()));
          }
          new PageFiles(WebServer.class).addTo(config);
          config.routes.get(
              "/data",
              ctx ->
                  ctx.contentType("application/json")
                      .result(RunJson.of(runId, progress.get(), history).toString()));
        });
  }

  private static void protect(JavalinConfig config, TokenGuard guard) {
    for (String path : List.of("/", "/data", "/metrics")) {
      config.routes.before(path, guard::check);
    }
  }

  private static void scrape(Context ctx, Meters meters) {
    ctx.contentType(EXPOSITION).result(meters.scrape());
  }

  /** The server's address, as seen from this machine. */
  public URI address() {
    return server.address();
  }

  @Override
  public void close() {
    server.close();
  }
}
