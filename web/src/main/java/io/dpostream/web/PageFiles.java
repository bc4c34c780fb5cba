package io.dpostream.web;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Serves a page of one HTML file, one script and one style sheet that lie beside a class. */
public final class PageFiles {
  private static final Map<String, String> TYPES =
      Map.of("page.html", "text/html", "page.js", "text/javascript", "page.css", "text/css");

  private final Class<?> beside;

  /** Serves {@code page.html}, {@code page.js} and {@code page.css} of a class's package. */
  public PageFiles(Class<?> beside) {
    this.beside = beside;
  }

  /** Adds routes for the three files; the page itself is at {@code /}. */
  public void addTo(JavalinConfig config) {
    config.routes.get("/", ctx -> serve(ctx, "page.html"));
    config.routes.get("/page.js", ctx -> serve(ctx, "page.js"));
    config.routes.get("/page.css", ctx -> serve(ctx, "page.css"));
  }

  private void serve(Context ctx, String file) {
    try (InputStream in = beside.getResourceAsStream(file)) {
      if (in == null) {
        throw new IOException(file + " is missing from the class path");
      }
      ctx.contentType(TYPES.getOrDefault(file, "text/plain") + "; charset=utf-8")
          .result(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
