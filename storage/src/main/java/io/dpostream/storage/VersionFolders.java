package io.dpostream.storage;

import io.dpostream.settings.UserException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Finds published versions, wherever they lie, as folders on this machine: what lies in an object
 * store is fetched. Thread-safe; one for each process.
 */
public final class VersionFolders implements AutoCloseable {
  private final PublishSettings settings;
  private final VersionCache cache;
  private final Map<String, S3Bucket> buckets = new HashMap<>();

  /**
   * @param own folder to keep in what was fetched, where no other is configured
   */
  public VersionFolders(PublishSettings settings, Path own) {
    this.settings = settings;
    this.cache =
        new VersionCache(settings.cacheDir().map(Path::of).orElse(own), settings.cacheVersions());
  }

  /**
   * Opens a version's folder; the caller closes the result.
   *
   * @param uri where it was published
   * @param stopped ends a fetch, which a later one continues
   * @throws StoreUnavailableException when it cannot be fetched now
   * @throws UserException when what is there is not what was published
   */
  public VersionFolder open(String uri, BooleanSupplier stopped) {
    if (!S3Place.isOne(uri)) {
      return new InPlace(uri.startsWith("file:") ? Path.of(URI.create(uri)) : Path.of(uri));
    }
    PublishedObjects version = PublishedObjects.parse(uri);
    return cache.open(version.name(), new Fetch(bucket(version.bucket()), version, stopped));
  }

  private synchronized S3Bucket bucket(String name) {
    return buckets.computeIfAbsent(name, b -> new S3Bucket(S3Access.open(settings), b));
  }

  @Override
  public synchronized void close() {
    buckets.values().forEach(S3Bucket::close);
    buckets.clear();
    cache.close();
  }

  private record InPlace(Path path) implements VersionFolder {
    @Override
    public void close() {
      // it stays where it is
    }
  }
}
