package io.dpostream.storage;

import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.policy.checkpoint.Folders;
import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Keeps fetched versions in a folder that several processes may share: the newest few, and those in
 * use. A version appears there complete and verified, or not at all; what has arrived of an
 * unfinished one lies beside it. Thread-safe.
 */
final class VersionCache implements AutoCloseable {
  private static final String PARTIAL = ".partial-";
  private static final String DELETED = ".deleted-";
  private static final String MANIFEST = ".manifest-";

  private final Path root;
  private final int keep;
  private final Set<String> verified = ConcurrentHashMap.newKeySet();
  private Optional<CacheLocks> locks = Optional.empty(); // opened with the first version

  /**
   * @param keep versions that are kept though nobody uses them
   */
  VersionCache(Path root, int keep) {
    this.root = root.toAbsolutePath().normalize();
    this.keep = keep;
  }

  /**
   * Opens a version, fetching what is missing of it.
   *
   * @param entry its name: equal names hold equal files
   */
  VersionFolder open(String entry, Fetch fetch) {
    try {
      while (true) {
        CacheLocks.Lock use = locks().use(entry).orElseThrow(() -> busy(entry));
        if (isComplete(entry, fetch)) {
          touch(entry);
          evict(entry);
          return new Cached(root.resolve(entry), use);
        }
        use.close();
        try (CacheLocks.Lock change = locks().change(entry).orElseThrow(() -> busy(entry))) {
          fill(entry, fetch);
        }
      }
    } catch (IOException e) {
      throw new UserException(
          "publish.cache_dir: %s cannot be written to (%s); free space there, or choose another folder"
              .formatted(root, e),
          e);
    }
  }

  private synchronized CacheLocks locks() {
    if (locks.isEmpty()) {
      locks = Optional.of(new CacheLocks(root));
    }
    return locks.get();
  }

  private static StoreUnavailableException busy(String entry) {
    return new StoreUnavailableException(
        entry + ": another process is fetching or removing it", false);
  }

  /** Each process verifies what it finds here once: it may have lain here for long. */
  private boolean isComplete(String entry, Fetch fetch) throws IOException {
    Path folder = root.resolve(entry);
    if (!Files.isDirectory(folder)) {
      return false;
    }
    if (verified.contains(entry)) {
      return true;
    }
    Optional<Manifest> manifest = keptManifest(entry, fetch);
    if (manifest.isEmpty()) {
      return false;
    }
    for (Manifest.Entry file : manifest.get().files()) {
      if (Fetch.problem(folder.resolve(file.name()), file).isPresent()) {
        return false;
      }
    }
    verified.add(entry);
    return true;
  }

  private Optional<Manifest> keptManifest(String entry, Fetch fetch) throws IOException {
    Path kept = root.resolve(MANIFEST + entry);
    try {
      return Files.exists(kept)
          ? Optional.of(Manifest.read(fetch.manifestName(), Files.readAllBytes(kept)))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Fetches a version, instead of a damaged one that may lie here. */
  private void fill(String entry, Fetch fetch) throws IOException {
    if (isComplete(entry, fetch)) {
      return; // another process was quicker
    }
    delete(entry);
    Path partial = root.resolve(PARTIAL + entry);
    Files.createDirectories(partial);
    Manifest manifest = fetch.manifest();
    for (Manifest.Entry file : manifest.files()) {
      fetch.file(partial, file);
    }
    Files.write(root.resolve(MANIFEST + entry), manifest.bytes());
    AtomicFolder.force(partial);
    Files.move(partial, root.resolve(entry), StandardCopyOption.ATOMIC_MOVE);
    verified.add(entry);
  }

  private void touch(String entry) throws IOException {
    Files.setLastModifiedTime(root.resolve(entry), FileTime.from(Instant.now()));
  }

  /** Removes what nobody uses any more, but for the newest. */
  private void evict(String used) throws IOException {
    List<Path> all;
    try (Stream<Path> list = Files.list(root)) {
      all = list.filter(Files::isDirectory).toList();
    }
    List<Path> complete =
        all.stream()
            .filter(path -> PublishedObjects.isName(path.getFileName().toString()))
            .sorted(Comparator.comparing(VersionCache::lastUse).reversed())
            .toList();
    for (Path old : complete.subList(Math.min(keep, complete.size()), complete.size())) {
      removeUnlessUsed(old.getFileName().toString());
    }
    for (Path path : all) {
      String name = path.getFileName().toString();
      for (String prefix : List.of(PARTIAL, DELETED)) {
        String entry = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
        if (PublishedObjects.isName(entry) && !entry.equals(used)) {
          removeUnlessUsed(entry, path);
        }
      }
    }
  }

  private void removeUnlessUsed(String entry) throws IOException {
    Optional<CacheLocks.Lock> lock = locks().change(entry);
    if (lock.isPresent()) {
      try (CacheLocks.Lock held = lock.get()) {
        delete(entry);
      }
    }
  }

  private void removeUnlessUsed(String entry, Path path) {
    Optional<CacheLocks.Lock> lock = locks().change(entry);
    if (lock.isPresent()) {
      try (CacheLocks.Lock held = lock.get()) {
        Folders.delete(path);
      }
    }
  }

  /** Hides the folder first, so that a half-deleted one is never found under its name. */
  private void delete(String entry) throws IOException {
    verified.remove(entry);
    Files.deleteIfExists(root.resolve(MANIFEST + entry));
    Path folder = root.resolve(entry);
    if (Files.isDirectory(folder)) {
      Path hidden = root.resolve(DELETED + entry);
      Folders.delete(hidden);
      Files.move(folder, hidden, StandardCopyOption.ATOMIC_MOVE);
      Folders.delete(hidden);
    }
  }

  private static FileTime lastUse(Path folder) {
    try {
      return Files.getLastModifiedTime(folder);
    } catch (IOException e) {
      return FileTime.fromMillis(0); // somebody has just removed it
    }
  }

  @Override
  public synchronized void close() {
    locks.ifPresent(CacheLocks::close);
    locks = Optional.empty();
  }

  private record Cached(Path path, CacheLocks.Lock use) implements VersionFolder {
    @Override
    public void close() {
      use.close();
    }
  }
}
