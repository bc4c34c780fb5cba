package io.dpostream.judge.human;

import io.dpostream.web.Tokens;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sessions of people who have signed in. A browser keeps {@code name~id~end~signature}, signed with
 * a key made from the person's token, so that it outlives a restart of the judge and ends with the
 * token. It also ends by itself, and when the person signs out, whoever has a copy of it; only a
 * restart forgets who signed out. Thread-safe.
 */
final class Sessions {
  /** How long a session lasts without an answer. */
  static final Duration LENGTH = Duration.ofHours(12);

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final Annotators annotators;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Instant> ended = new ConcurrentHashMap<>();

  Sessions(Annotators annotators) {
    this.annotators = annotators;
  }

  /**
   * A session that is open.
   *
   * @param name whose it is
   * @param id tells one signing in from the next
   */
  record Session(String name, String id) {}

  /** Opens a session. */
  Session open(String name) {
    byte[] id = new byte[16];
    random.nextBytes(id);
    return new Session(name, BASE64.encodeToString(id));
  }

  /** Returns what a browser keeps of a session, good for {@link #LENGTH} from now. */
  String text(Session session, Instant now) {
    String signed = session.name() + "~" + session.id() + "~" + now.plus(LENGTH).getEpochSecond();
    return signed + "~" + annotators.sign(session.name(), signed).orElseThrow();
  }

  /** Finds the session that a browser shows, if it is open. */
  Optional<Session> of(String text, Instant now) {
    String[] parts = text.split("~", -1);
    if (parts.length != 4 || !parts[2].matches("\\d{1,12}")) {
      return Optional.empty();
    }
    Session session = new Session(parts[0], parts[1]);
    String signed = text.substring(0, text.lastIndexOf('~'));
    boolean sound =
        annotators
            .sign(session.name(), signed)
            .filter(known -> Tokens.same(parts[3], known))
            .isPresent();
    boolean over = now.getEpochSecond() >= Long.parseLong(parts[2]);
    return sound && !over && !ended.containsKey(session.id())
        ? Optional.of(session)
        : Optional.empty();
  }

  /** Ends a session for everybody who has a copy of it. */
  void end(Session session, Instant now) {
    ended.values().removeIf(since -> since.plus(LENGTH).isBefore(now));
    ended.put(session.id(), now);
  }
}
