package io.dpostream.settings;

import java.util.Locale;
import java.util.regex.Pattern;

/** Tells which values nobody may read, and what may be shown in their place. */
public final class Secrets {
  /** Stands where a secret was. */
  public static final String MASK = "[hidden]";

  private static final Pattern SECRET_KEY =
      Pattern.compile(
          "password|passwd|secret|token$|jaas\\.config|user\\.info|keystore\\.key|private\\.key"
              + "|api[._-]?key|access[._-]?key|authorization");

  /** Keys that say where a secret is to be found, and hold none. */
  private static final Pattern PLACE_OF_SECRET = Pattern.compile("[._](env|file|source|location)$");

  /** Passwords may hold anything, even what ends a host; the next address is none of it. */
  private static final Pattern USER_IN_URL = Pattern.compile("(?<=://)(?:(?!://).)*@");

  /** What must be a reference for a login to be shown: its password, secret, token or key. */
  private static final Pattern SECRET_OF_LOGIN =
      Pattern.compile("(?i)(password|secret|token|key)\\s*=\\s*[\"']?(?!\\$\\{)[^\\s\"';]");

  /** References to values that stand elsewhere, such as {@code ${env:KAFKA_PASSWORD}}. */
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{[a-z]+:[^}]+}");

  private Secrets() {}

  /** Whether a client property of this name holds a password, a token or a key. */
  public static boolean isSecret(String key) {
    String name = key.toLowerCase(Locale.ROOT);
    return SECRET_KEY.matcher(name).find() && !PLACE_OF_SECRET.matcher(name).find();
  }

  /** Returns a property's value as it may be shown: masked if it is secret and no reference. */
  public static String shown(String key, String value) {
    if (isSecret(key) && !value.isEmpty() && !isReference(value)) {
      return MASK;
    }
    return withoutUser(value, MASK + "@");
  }

  /** Whether a value refers to secrets that stand elsewhere and holds none itself. */
  private static boolean isReference(String value) {
    boolean nothingElse = REFERENCE.matcher(value).replaceAll("").matches("[:,\\s]*");
    // A login's options are part of one value: its references stand within the quotes of each.
    boolean login =
        value.contains(" required ")
            && REFERENCE.matcher(value).find()
            && !SECRET_OF_LOGIN.matcher(value).find();
    return nothingElse || login;
  }

  /** Removes user and password from addresses in a text. */
  public static String withoutUser(String text) {
    return withoutUser(text, "");
  }

  private static String withoutUser(String text, String instead) {
    return USER_IN_URL.matcher(text).replaceAll(instead);
  }
}
