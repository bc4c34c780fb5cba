package io.dpostream.web;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import io.javalin.http.UnauthorizedResponse;
import org.jspecify.annotations.Nullable;

/**
 * Lets through whoever knows a token: a program by the header {@code Authorization: Bearer TOKEN},
 * a browser that was once given {@code /?token=TOKEN}, which it keeps in a cookie.
 */
public final class TokenGuard {
  private static final String COOKIE = "dpo_token";
  private static final String PARAMETER = "token";

  private final String token;

  public TokenGuard(String token) {
    this.token = token;
  }

  /**
   * Checks a request; one that brings the token in its address is sent to the same address without.
   *
   * @throws UnauthorizedResponse if it brings no token or another one
   */
  public void check(Context ctx) {
    if (isToken(ctx.queryParam(PARAMETER))) {
      Cookie cookie = new Cookie(COOKIE, token);
      cookie.setHttpOnly(true);
      cookie.setSameSite(SameSite.STRICT);
      ctx.cookie(cookie);
      ctx.redirect(ctx.path());
      ctx.skipRemainingHandlers();
      return;
    }
    String header = ctx.header("Authorization");
    boolean known =
        header != null && header.startsWith("Bearer ")
            ? isToken(header.substring("Bearer ".length()).strip())
            : isToken(ctx.cookie(COOKIE));
    if (!known) {
      ctx.header("WWW-Authenticate", "Bearer");
      throw new UnauthorizedResponse("Open this page with ?token= and its token after it.");
    }
  }

  private boolean isToken(@Nullable String given) {
    return given != null && Tokens.same(given, token);
  }
}
