package io.dpostream.judge.human;

import io.dpostream.settings.UserException;
import io.dpostream.web.Tokens;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The people who may judge, by the token that each of them signs in with. Immutable; no message and
 * no {@code toString} holds a token.
 */
public final class Annotators {
  private static final int SHORTEST_TOKEN = 16;

  private final Map<String, String> tokens;

  private Annotators(Map<String, String> tokens) {
    this.tokens = Map.copyOf(tokens);
  }

  /**
   * Reads lines {@code name: token}; empty lines and those that begin with # are passed over.
   *
   * @param origin where the text stands, for messages
   * @throws UserException with one line that names the place, never the token
   */
  public static Annotators parse(String text, String origin) {
    Map<String, String> tokens = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.split("\\R", -1)) {
      number++;
      if (!line.isBlank() && !line.strip().startsWith("#")) {
        add(tokens, line.strip(), origin + ", line " + number);
      }
    }
    if (tokens.isEmpty()) {
      throw new UserException(
          origin + ": nobody is listed; add a line 'name: token' for each person");
    }
    return new Annotators(tokens);
  }

  private static void add(Map<String, String> tokens, String line, String place) {
    int colon = line.indexOf(':');
    if (colon < 0) {
      throw new UserException(place + ": is not 'name: token'");
    }
    String name = line.substring(0, colon).strip();
    String token = line.substring(colon + 1).strip();
    if (!name.matches("[a-zA-Z0-9._@-]+")) {
      throw new UserException(
          place + ": the name '" + name + "' may hold letters, digits, '.', '_', '@' and '-'");
    }
    if (token.length() < SHORTEST_TOKEN) {
      throw new UserException(
          place + ": the token of " + name + " needs " + SHORTEST_TOKEN + " characters or more");
    }
    if (tokens.containsValue(token)) {
      throw new UserException(place + ": the token of " + name + " is somebody else's too");
    }
    if (tokens.put(name, token) != null) {
      throw new UserException(place + ": " + name + " is listed twice");
    }
  }

  /** Everybody's name. */
  public Set<String> names() {
    return tokens.keySet();
  }

  /** Whose token it is. */
  Optional<String> ofToken(String token) {
    return find((name, known) -> Tokens.same(token, known));
  }

  /** Signs a text with a key that is made from somebody's token, if there is this somebody. */
  Optional<String> sign(String name, String text) {
    return Optional.ofNullable(tokens.get(name)).map(token -> hmac(token, text));
  }

  private static String hmac(String token, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] hash = mac.doFinal(("dpo-stream session " + text).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  /** Looks at everybody whether or not somebody was found, so that the time tells nothing. */
  private Optional<String> find(BiPredicate<String, String> matches) {
    Optional<String> found = Optional.empty();
    for (Map.Entry<String, String> entry : tokens.entrySet()) {
      if (matches.test(entry.getKey(), entry.getValue())) {
        found = Optional.of(entry.getKey());
      }
    }
    return found;
  }
}
