package io.dpostream.web;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Serves a page of one HTML file, its scripts and one style sheet, which lie beside a class. */
public final class PageFiles {
  private final Class<?> beside;
  private final List<String> scripts;

  /**
   * Serves {@code page.html}, {@code page.js} and {@code page.css} of a class's package.
   *
   * @param scripts further ones beside them
   */
  public PageFiles(Class<?> beside, String... scripts) {
    this.beside = beside;
    this.scripts = List.of(scripts);
  }

  /** Adds a route for each file; the page itself is at {@code /}. */
  public void addTo(JavalinConfig config) {
    config.routes.get("/", ctx -> serve(ctx, "page.html", "text/html"));
    config.routes.get("/page.css", ctx -> serve(ctx, "page.css", "text/css"));
    config.routes.get("/page.js", ctx -> serve(ctx, "page.js", "text/javascript"));
    for (String script : scripts) {
      config.routes.get("/" + script, ctx -> serve(ctx, script, "text/javascript"));
    }
  }

  private void serve(Context ctx, String file, String type) {
    try (InputStream in = beside.getResourceAsStream(file)) {
      if (in == null) {
        throw new IOException(file + " is missing from the class path");
      }
      ctx.contentType(type + "; charset=utf-8")
          .result(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
