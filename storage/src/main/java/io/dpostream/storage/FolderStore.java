package io.dpostream.storage;

import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.policy.checkpoint.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Publishes to a folder that readers see under the same path. */
public final class FolderStore implements VersionStore {
  private static final String REMOVED = ".removed-";

  private final Path root;

  /**
   * Publishes into a folder, which is made when it is missing.
   *
   * @param root holds one folder for each version of one run
   */
  public FolderStore(Path root) {
    this.root = root;
  }

  @Override
  public void open(long published) {
    for (Path folder : folders()) {
      if (folder.getFileName().toString().startsWith(REMOVED)) {
        Folders.delete(folder);
      }
    }
  }

  @Override
  public boolean takesTheFirst() {
    return false;
  }

  @Override
  public String put(VersionName name, AtomicFolder.Contents contents) {
    Path folder = root.resolve(name.toString());
    try {
      if (!Files.exists(folder)) {
        AtomicFolder.create(folder, contents);
      }
    } catch (FileSystemException e) {
      if (!Files.exists(folder)) {
        throw new UncheckedIOException(e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder.toString();
  }

  @Override
  public Set<VersionName> list() {
    return folders().stream()
        .filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
        .map(folder -> VersionName.parse(folder.getFileName().toString()))
        .flatMap(Optional::stream)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Hides the folder first, so that a half-deleted one is never found under its name. */
  @Override
  public void remove(VersionName name) {
    Path folder = root.resolve(name.toString());
    Path hidden = root.resolve(REMOVED + name);
    try {
      Folders.delete(hidden);
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(folder, hidden);
        Folders.delete(hidden);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Set<Path> folders() {
    if (!Files.isDirectory(root)) {
      return Set.of();
    }
    try (Stream<Path> list = Files.list(root)) {
      return list.collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    // nothing is held
  }
}
