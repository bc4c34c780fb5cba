package io.dpostream.storage;

import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.Require;
import io.dpostream.settings.Secrets;
import io.dpostream.settings.SettingsTree;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Settings of where versions are published, how long they are kept and where they are read. */
public record PublishSettings(
    @Doc(
            "Where versions are published: a folder that trainer and samplers share, or"
                + " `s3://bucket/prefix`; in the trainer's own folder when it is not set.")
        Optional<String> to,
    @Doc(
            "Newest versions that are kept, at least 2; older ones are removed once no pair waits that"
                + " names them; 0 keeps all. Version 0 is always kept.")
        @Default("0")
        int keepVersions,
    @Doc("Versions that are never removed.") List<Long> pinnedVersions,
    @Doc("Address of an S3-compatible store, such as `https://s3.example.com`; AWS if unset.")
        Optional<String> s3Endpoint,
    @Doc("Region of the bucket; that of the environment if unset, or else `us-east-1`.")
        Optional<String> s3Region,
    @Doc(
            "Whether the bucket stands in the path of an address instead of its host; if unset, it does"
                + " when `s3_endpoint` is set.")
        Optional<Boolean> s3PathStyle,
    @Doc("Size of the parts, in MiB, in which larger files are uploaded; at least 5.")
        @Default("16")
        int s3PartMib,
    @Doc(
            "Folder in which samplers keep what they fetched from S3, where vLLM's servers read it too;"
                + " in the sampler's own folder when it is not set.")
        Optional<String> cacheDir,
    @Doc("Versions that this folder keeps, beside those in use.") @Default("3") int cacheVersions) {

  /** The section that holds these keys. */
  public static final String SECTION = "publish";

  private static final int LEAST_PART_MIB = 5;
  private static final int LARGEST_PART_MIB = 5 * 1024;

  /** What nobody sets: the trainer's own folder, and every version kept. */
  public static PublishSettings defaults() {
    return SettingsTree.defaults(PublishSettings.class);
  }

  public PublishSettings {
    pinnedVersions = List.copyOf(pinnedVersions);
    to.ifPresent(PublishSettings::checkPlace);
    Require.that(
        keepVersions == 0 || keepVersions >= 2,
        "keep_versions",
        keepVersions,
        "must be at least 2, as samplers write with one version while they load the next; 0 keeps"
            + " all");
    for (long pinned : pinnedVersions) {
      Require.atLeast("pinned_versions", pinned, 0);
    }
    s3Endpoint.ifPresent(PublishSettings::checkEndpoint);
    s3Region.ifPresent(region -> Require.name("s3_region", region));
    Require.between("s3_part_mib", s3PartMib, LEAST_PART_MIB, LARGEST_PART_MIB);
    cacheDir.ifPresent(folder -> checkPath("cache_dir", folder));
    Require.atLeast("cache_versions", cacheVersions, 1);
  }

  private static void checkPlace(String to) {
    if (S3Place.isOne(to)) {
      Optional<String> problem = S3Place.problem(to);
      Require.that(problem.isEmpty(), "to", to, problem.orElse(""));
    } else {
      Require.that(
          !to.matches("[a-zA-Z][a-zA-Z0-9+.-]+:.*"),
          "to",
          to,
          "is neither a folder nor s3://bucket/prefix");
      checkPath("to", to);
    }
  }

  private static void checkPath(String key, String path) {
    boolean valid;
    try {
      valid = !path.isBlank() && Path.of(path).getFileName() != null;
    } catch (InvalidPathException e) {
      valid = false;
    }
    Require.that(valid, key, path, "is no folder");
  }

  private static void checkEndpoint(String endpoint) {
    boolean valid;
    try {
      URI uri = new URI(endpoint);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      valid =
          List.of("http", "https").contains(scheme)
              && uri.getHost() != null
              && uri.getUserInfo() == null
              && uri.getQuery() == null
              && uri.getFragment() == null;
    } catch (URISyntaxException e) {
      valid = false;
    }
    Require.that(
        valid,
        "s3_endpoint",
        Secrets.withoutUser(endpoint),
        "is no address such as https://s3.example.com; credentials belong in the environment");
  }

  /** The place in an object store, if versions are published to one. */
  Optional<S3Place> object() {
    return to.filter(S3Place::isOne).map(S3Place::parse);
  }

  /** The shared folder, if versions are published to one. */
  Optional<Path> folder() {
    return to.filter(place -> !S3Place.isOne(place))
        .map(place -> Path.of(place).toAbsolutePath().normalize());
  }
}
