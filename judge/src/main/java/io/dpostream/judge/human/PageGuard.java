package io.dpostream.judge.human;

import io.dpostream.web.SiteGuard;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;

/** Lets nobody but the page's own script post, whatever browser shows it. */
final class PageGuard {
  /** A header that only a script of the same origin can set. */
  static final String HEADER = "X-Dpo-Page";

  private PageGuard() {}

  /**
   * Lets through what only reads, and what our own page sends.
   *
   * @throws ForbiddenResponse for anything else
   */
  static void refuseOtherSites(Context ctx) {
    SiteGuard.refuseOtherSites(ctx);
    boolean reads = ctx.method() == HandlerType.GET || ctx.method() == HandlerType.HEAD;
    if (!reads && ctx.header(HEADER) == null) {
      throw new ForbiddenResponse("This request came from another site and was refused.");
    }
  }
}
