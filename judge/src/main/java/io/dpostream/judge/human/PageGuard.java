package io.dpostream.judge.human;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;
import java.net.URI;

/** What keeps the page its own: no foreign script, no frame, and no post from another site. */
final class PageGuard {
  /** A header that only a script of the same origin can set. */
  static final String HEADER = "X-Dpo-Page";

  private PageGuard() {}

  /** Adds the headers that every answer has. */
  static void seal(Context ctx) {
    ctx.header(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.header("Cache-Control", "no-store");
  }

  /**
   * Lets through what only reads, and what our own page sends.
   *
   * @throws ForbiddenResponse for anything else
   */
  static void refuseOtherSites(Context ctx) {
    boolean reads = ctx.method() == HandlerType.GET || ctx.method() == HandlerType.HEAD;
    if (!reads && !(hasHeader(ctx) && isSameSite(ctx) && isSameOrigin(ctx))) {
      throw new ForbiddenResponse("This request came from another site and was refused.");
    }
  }

  private static boolean hasHeader(Context ctx) {
    return ctx.header(HEADER) != null;
  }

  private static boolean isSameSite(Context ctx) {
    String site = ctx.header("Sec-Fetch-Site");
    return site == null || site.equals("same-origin");
  }

  /** Clients that are no browsers send no origin. */
  private static boolean isSameOrigin(Context ctx) {
    String origin = ctx.header("Origin");
    String host = ctx.header("Host");
    return origin == null || (host != null && host.equals(authority(origin)));
  }

  private static String authority(String origin) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority == null ? "" : authority;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
