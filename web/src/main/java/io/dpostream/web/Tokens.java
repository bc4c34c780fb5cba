package io.dpostream.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Compares secrets that people or programs bring with known ones. */
public final class Tokens {
  private Tokens() {}

  /** Whether two are the same, in a time that does not depend on where they differ. */
  public static boolean same(String given, String known) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), known.getBytes(StandardCharsets.UTF_8));
  }
}
