package io.dpostream.web;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;
import java.net.URI;
import java.util.Locale;
import java.util.Set;

/** What keeps a browser from doing here what another site tells it to do. */
public final class SiteGuard {
  private SiteGuard() {}

  /** Adds headers to a page's answer: no foreign script, no frame, nothing kept. */
  public static void seal(Context ctx) {
    ctx.header(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.header("Cache-Control", "no-store");
  }

  /**
   * Lets through what only reads, and what no other site has sent.
   *
   * @throws ForbiddenResponse for anything else
   */
  public static void refuseOtherSites(Context ctx) {
    if (!onlyReads(ctx) && !(isSameSite(ctx) && isSameOrigin(ctx))) {
      throw new ForbiddenResponse("This request came from another site and was refused.");
    }
  }

  /** Whether a request changes nothing. */
  public static boolean onlyReads(Context ctx) {
    return ctx.method() == HandlerType.GET || ctx.method() == HandlerType.HEAD;
  }

  /**
   * Lets through requests whose {@code Host} is an IP address, {@code localhost} or a listed name.
   * A page elsewhere whose name its owner points at this machine (DNS rebinding) sends another one.
   *
   * @throws ForbiddenResponse for any other host
   */
  public static void refuseOtherHosts(Context ctx, Set<String> names) {
    String host = hostName(String.valueOf(ctx.header("Host")));
    if (!isAddress(host) && !host.equals("localhost") && !names.contains(host)) {
      throw new ForbiddenResponse("This server is not known by the name '" + host + "'.");
    }
  }

  private static boolean isSameSite(Context ctx) {
    String site = ctx.header("Sec-Fetch-Site");
    return site == null || site.equals("same-origin") || site.equals("none");
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

  private static String hostName(String host) {
    return host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
  }

  /** Names of hosts end with a label that is not all digits, and hold no brackets. */
  private static boolean isAddress(String host) {
    return host.matches("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");
  }
}
