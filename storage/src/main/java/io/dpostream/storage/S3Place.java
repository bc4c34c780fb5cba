package io.dpostream.storage;

import io.dpostream.settings.UserException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bucket and what the keys of some objects in it begin with.
 *
 * @param prefix without a slash at either end; empty for the whole bucket
 */
public record S3Place(String bucket, String prefix) {
  private static final String SCHEME = "s3://";
  private static final Pattern FORM =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[a-zA-Z0-9!_.'()=+@-]+)*)/?");

  /** Whether a text means to name an object or a place for objects. */
  public static boolean isOne(String text) {
    return text.startsWith(SCHEME);
  }

  /** What is wrong with a text that means to name a place, if anything is. */
  static Optional<String> problem(String text) {
    return FORM.matcher(text).matches()
        ? Optional.empty()
        : Optional.of(
            "is not s3://bucket/prefix; a prefix holds letters, digits and any of !_.'()=+@-"
                + " between slashes");
  }

  /**
   * Reads {@code s3://bucket/prefix}.
   *
   * @throws UserException when it has another form
   */
  public static S3Place parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new UserException("'%s' %s".formatted(text, problem(text).orElse("")));
    }
    String path = matcher.group(2);
    return new S3Place(matcher.group(1), path.isEmpty() ? "" : path.substring(1));
  }

  /** The place below this one; the name may hold slashes. */
  public S3Place resolve(String name) {
    return new S3Place(bucket, prefix.isEmpty() ? name : prefix + "/" + name);
  }

  @Override
  public String toString() {
    return SCHEME + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }
}
