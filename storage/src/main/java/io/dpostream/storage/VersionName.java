package io.dpostream.storage;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the folder of a published version is called: its number and the beginning of its hash. Equal
 * names hold equal weights.
 *
 * @param version its number
 * @param hash the first 16 digits of its SHA-256
 */
public record VersionName(long version, String hash) {
  private static final int DIGITS = 16;
  private static final Pattern FORM = Pattern.compile("version-(\\d{6,18})-([0-9a-f]{16})");

  /** The name of a version with these weights. */
  public static VersionName of(long version, String sha256) {
    return new VersionName(version, sha256.substring(0, DIGITS));
  }

  /** Reads a name; empty for whatever has another form. */
  public static Optional<VersionName> parse(String name) {
    Matcher matcher = FORM.matcher(name);
    return matcher.matches()
        ? Optional.of(new VersionName(Long.parseLong(matcher.group(1)), matcher.group(2)))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return "version-%06d-%s".formatted(version, hash);
  }
}
