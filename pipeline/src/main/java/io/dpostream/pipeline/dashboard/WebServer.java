package io.dpostream.pipeline.dashboard;

import io.dpostream.pipeline.config.Settings.MetricsSettings;
import io.dpostream.pipeline.metrics.JudgeQualityMeters;
import io.dpostream.pipeline.metrics.Meters;
import io.dpostream.pipeline.progress.Progress;
import io.dpostream.settings.UserException;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Serves {@code /metrics} and, if there is one, a run's page. It only reads. */
public final class WebServer implements AutoCloseable {
  /** Media type of Prometheus's text format. */
  private static final String EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

  private static final Map<String, String> TYPES =
      Map.of("page.html", "text/html", "page.js", "text/javascript", "page.css", "text/css");

  private final Javalin server;
  private final URI address;

  private WebServer(MetricsSettings settings, int port, Consumer<JavalinConfig> routes) {
    this.server =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.routes.before(WebServer::seal);
              config.routes.get("/health", ctx -> ctx.result("ok"));
              routes.accept(config);
            });
    try {
      server.start(settings.host(), port);
    } catch (JavalinBindException e) {
      server.stop();
      throw new UserException(
          "metrics.port: %d on %s is in use; use another one, or 0 for a free one"
              .formatted(port, settings.host()),
          e);
    }
    this.address = URI.create("http://" + settings.host() + ":" + server.port());
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
          config.routes.get("/", ctx -> serve(ctx, "page.html"));
          config.routes.get("/page.js", ctx -> serve(ctx, "page.js"));
          config.routes.get("/page.css", ctx -> serve(ctx, "page.css"));
          config.routes.get(
              "/data",
              ctx ->
                  ctx.contentType("application/json")
                      .result(RunJson.of(runId, progress.get(), history).toString()));
        });
  }

  private static void seal(Context ctx) {
    ctx.header(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Cache-Control", "no-store");
  }

  private static void scrape(Context ctx, Meters meters) {
    ctx.contentType(EXPOSITION).result(meters.scrape());
  }

  private static void serve(Context ctx, String file) throws IOException {
    try (InputStream in = WebServer.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IOException(file + " is missing from the class path");
      }
      ctx.contentType(TYPES.getOrDefault(file, "text/plain") + "; charset=utf-8")
          .result(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  /** The server's address, as seen from this machine. */
  public URI address() {
    return address;
  }

  @Override
  public void close() {
    server.stop();
  }
}
