package io.dpostream.judge.human;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.judge.human.Sessions.Session;
import io.dpostream.judge.human.TaskTable.Undone;
import io.dpostream.settings.UserException;
import io.dpostream.web.BoundedServer;
import io.dpostream.web.PageFiles;
import io.dpostream.web.SiteGuard;
import io.javalin.config.JavalinConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.HttpResponseException;
import io.javalin.http.SameSite;
import io.javalin.http.ServiceUnavailableResponse;
import io.javalin.http.TooManyRequestsResponse;
import io.javalin.http.UnauthorizedResponse;
import java.net.BindException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The web page on which people judge, and the small JSON interface behind it. It serves from the
 * start, and says so when there is no {@link AnnotationBackend} to work on. Thread-safe.
 */
public final class HumanPage implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HumanPage.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COOKIE = "dpo_annotator";

  private final AnnotatorPanel panel;
  private final Clock clock;
  private final Sessions sessions;
  private final SignInLimiter limiter = new SignInLimiter();
  private final Map<String, Object> oneVoteAtATime = new ConcurrentHashMap<>();
  private final BoundedServer server;
  private volatile Optional<AnnotationBackend> backend = Optional.empty();

  private HumanPage(AnnotatorPanel panel, Clock clock) throws BindException {
    this.panel = panel;
    this.clock = clock;
    this.sessions = new Sessions(panel.annotators());
    HumanOptions options = panel.options();
    this.server = BoundedServer.start(options.host(), options.port(), this::configure);
  }

  /**
   * Starts serving.
   *
   * @throws UserException when the port is in use
   */
  public static HumanPage start(AnnotatorPanel panel, Clock clock) {
    try {
      return new HumanPage(panel, clock);
    } catch (BindException e) {
      throw new UserException(
          "port: %d on %s is in use; give the judge of type human another port, or 0"
              .formatted(panel.options().port(), panel.options().host()),
          e);
    }
  }

  /** Where it is, as seen from this machine. */
  public URI address() {
    return server.address();
  }

  /** People work on this from now on. */
  public void open(AnnotationBackend opened) {
    backend = Optional.of(opened);
  }

  /** The desk is gone; people are asked to wait. */
  public void suspend() {
    backend = Optional.empty();
  }

  @Override
  public void close() {
    server.close();
  }

  private void configure(JavalinConfig config) {
    config.routes.before(SiteGuard::seal);
    config.routes.before(PageGuard::refuseOtherSites);
    new PageFiles(HumanPage.class, "unseen.js").addTo(config);
    config.routes.get("/health", ctx -> ctx.result(backend.isPresent() ? "open" : "waiting"));
    config.routes.post("/api/session", this::signIn);
    config.routes.delete("/api/session", this::signOut);
    config.routes.get("/api/turn", ctx -> json(ctx, turn(desk(), annotator(ctx))));
    config.routes.get("/api/status", this::status);
    config.routes.post("/api/vote", this::vote);
    config.routes.post("/api/undo", this::undo);
    config.routes.exception(
        HttpResponseException.class,
        (e, ctx) ->
            json(ctx.status(e.getStatus()), PageJson.message(String.valueOf(e.getMessage()))));
  }

  private void signIn(Context ctx) {
    String address = ctx.req().getRemoteAddr();
    limiter.pause(address, clock.instant()).ifPresent(left -> refuseForNow(ctx, left));
    Optional<String> name = panel.annotators().ofToken(body(ctx).path("token").asText());
    if (name.isEmpty()) {
      limiter.failed(address, clock.instant());
      throw new UnauthorizedResponse("This token is not known here.");
    }
    limiter.succeeded(address);
    keepSignedIn(ctx, sessions.open(name.get()));
    json(ctx, PageJson.message("Signed in."));
  }

  private static void refuseForNow(Context ctx, Duration left) {
    long seconds = left.toSeconds() + 1;
    ctx.header("Retry-After", Long.toString(seconds));
    throw new TooManyRequestsResponse(
        "Too many wrong tokens came from here; try again in " + seconds + " s.");
  }

  private void signOut(Context ctx) {
    session(ctx).ifPresent(session -> sessions.end(session, clock.instant()));
    ctx.removeCookie(COOKIE);
  }

  /** Renews a session, so that nobody is signed out in the middle of the work. */
  private void keepSignedIn(Context ctx, Session session) {
    Cookie cookie = new Cookie(COOKIE, sessions.text(session, clock.instant()));
    cookie.setHttpOnly(true);
    cookie.setSecure(panel.options().https());
    cookie.setSameSite(SameSite.STRICT);
    cookie.setMaxAge((int) Sessions.LENGTH.toSeconds());
    ctx.cookie(cookie);
  }

  private void status(Context ctx) {
    String annotator = annotator(ctx);
    TaskTable tasks = desk().tasks();
    String pair = Optional.ofNullable(ctx.queryParam("pair")).orElse("");
    int attempt = ctx.queryParamAsClass("attempt", Integer.class).getOrDefault(1);
    ObjectNode answer = JSON.createObjectNode();
    answer.set("progress", PageJson.progress(tasks.progress(annotator)));
    tasks.lost(annotator, pair, attempt, clock.instant()).ifPresent(why -> answer.put("lost", why));
    json(ctx, answer);
  }

  private void vote(Context ctx) {
    String annotator = annotator(ctx);
    JsonNode body = body(ctx);
    Choice choice =
        Choice.parse(body.path("choice").asText())
            .orElseThrow(
                () -> new BadRequestResponse("choice: should be left, right, tie or skip"));
    AnnotationBackend open = desk();
    // a second click must find the first one's vote in the table
    synchronized (oneVoteAtATime.computeIfAbsent(annotator, name -> new Object())) {
      String pair = body.path("pair").asText();
      int attempt = body.path("attempt").asInt();
      SubmissionResult posted =
          open.tasks().post(annotator, pair, attempt, choice, clock.instant());
      json(ctx, answer(open, annotator, choice, posted));
      session(ctx).ifPresent(session -> keepSignedIn(ctx, session));
    }
  }

  private ObjectNode answer(
      AnnotationBackend open, String annotator, Choice choice, SubmissionResult posted) {
    if (posted instanceof SubmissionResult.TooLate late) {
      return turn(open, annotator)
          .put("notice", late.why() + " Your answer did not count; here is the next pair.");
    }
    HumanVote vote =
        posted instanceof SubmissionResult.Accepted accepted
            ? write(open, accepted)
            : ((SubmissionResult.Repeated) posted).vote();
    Choice kept = Choice.of(vote.verdict(), Task.left(vote.pairId(), annotator));
    ObjectNode answer = turn(open, annotator).put("saved", kept.label());
    return kept == choice
        ? answer
        : answer.put("notice", "You had answered this pair already; that answer was kept.");
  }

  private static HumanVote write(AnnotationBackend open, SubmissionResult.Accepted accepted) {
    try {
      open.log().write(accepted.vote(), accepted.thinking());
    } catch (RuntimeException e) {
      log.warn("a vote could not be saved: {}", e.toString());
      throw new ServiceUnavailableResponse("The log of votes cannot be reached.");
    }
    open.tasks().voted(accepted.vote());
    return accepted.vote();
  }

  private void undo(Context ctx) {
    String annotator = annotator(ctx);
    AnnotationBackend open = desk();
    Undone undone = open.tasks().undo(annotator, clock.instant());
    ObjectNode answer = turn(open, annotator);
    if (undone instanceof Undone.Refused refused) {
      answer.put("notice", refused.why());
    }
    json(ctx, answer);
  }

  private ObjectNode turn(AnnotationBackend open, String annotator) {
    Optional<Task> task = open.tasks().next(annotator, clock.instant());
    Progress progress = open.tasks().progress(annotator);
    return PageJson.turn(annotator, panel.guidelines(), progress, task, clock.instant());
  }

  private AnnotationBackend desk() {
    return backend.orElseThrow(
        () -> new ServiceUnavailableResponse("The judge is not connected to its log."));
  }

  private String annotator(Context ctx) {
    return session(ctx)
        .map(Session::name)
        .orElseThrow(() -> new UnauthorizedResponse("Please sign in with your token."));
  }

  private Optional<Session> session(Context ctx) {
    return Optional.ofNullable(ctx.cookie(COOKIE))
        .flatMap(text -> sessions.of(text, clock.instant()));
  }

  private static JsonNode body(Context ctx) {
    try {
      return JSON.readTree(ctx.body());
    } catch (JsonProcessingException e) {
      throw new BadRequestResponse("The body is not JSON.");
    }
  }

  private static void json(Context ctx, JsonNode node) {
    ctx.contentType("application/json").result(node.toString());
  }
}
