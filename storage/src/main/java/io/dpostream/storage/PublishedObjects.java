package io.dpostream.storage;

import io.dpostream.settings.UserException;
import java.util.regex.Pattern;

/**
 * Where the objects of a version lie, as its record on {@code policy-versions} says.
 *
 * @param folder what the keys of its objects begin with, without a slash at the end
 * @param manifest name of its manifest
 */
record PublishedObjects(String bucket, String folder, String manifest) {
  private static final Pattern NAME =
      Pattern.compile("version-\\d{6,18}-[0-9a-f]{16}-[0-9a-f]{32}");

  /**
   * Reads the address of a manifest.
   *
   * @throws UserException when it is none
   */
  static PublishedObjects parse(String uri) {
    S3Place place = S3Place.parse(uri);
    int slash = place.prefix().lastIndexOf('/');
    String manifest = place.prefix().substring(slash + 1);
    String folder = place.prefix().substring(0, Math.max(0, slash));
    if (!Manifest.isName(manifest) || VersionName.parse(last(folder)).isEmpty()) {
      throw new UserException(
          "%s: is no version's manifest; publish the version again".formatted(uri));
    }
    return new PublishedObjects(place.bucket(), folder, manifest);
  }

  /** A name for this machine: equal names hold equal files. */
  String name() {
    return last(folder) + "-" + manifest.replaceAll("manifest-|\\.json", "");
  }

  /** Whether a text has the form of {@link #name}. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The key of one of its files. */
  String key(String file) {
    return folder + "/" + file;
  }
}
