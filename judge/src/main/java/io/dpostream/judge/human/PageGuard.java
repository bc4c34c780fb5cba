package io.dpostream.judge.human;

import io.dpostream.web.SiteGuard;
import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;

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
    if (!SiteGuard.onlyReads(ctx) && ctx.header(HEADER) == null) {
      throw new ForbiddenResponse("This request came from another site and was refused.");
    }
  }
}
