package io.dpostream.trainer.checkpoint;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dpostream.policy.checkpoint.AtomicFolder;
import io.dpostream.policy.checkpoint.Folders;
import io.dpostream.schemas.CheckpointSaved;
import io.dpostream.trainer.learner.Learner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The checkpoint folders of a run. Each appears complete and durable or not at all, is named by its
 * step and the hash of its policy, and never changes; only the ledger says which one is the newest.
 * Not thread-safe.
 */
public final class CheckpointStore {
  private static final String MANIFEST = "checkpoint.json";
  private static final Pattern NAME = Pattern.compile("step-(\\d+)-[0-9a-f]{16}(-\\d+)?");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path root;

  /** Creates a store below a folder, which need not exist until the first checkpoint is saved. */
  public CheckpointStore(Path root) {
    this.root = root;
  }

  /** Opens the store below a trainer's folder. */
  public static CheckpointStore ofTrainer(Path folder) {
    return new CheckpointStore(folder.resolve("checkpoints"));
  }

  /**
   * Makes the learner's state durable. An existing folder with the same content is adopted: it was
   * left by an owner that died after the rename.
   *
   * @param beforeRename called when everything has been written but nothing is visible
   * @return the record for the ledger
   */
  public CheckpointSaved save(Learner learner, CheckpointManifest manifest, Runnable beforeRename) {
    try {
      for (int attempt = 1; ; attempt++) {
        String name = name(manifest) + (attempt == 1 ? "" : "-" + attempt);
        Path folder = root.resolve(name);
        Optional<CheckpointManifest> there =
            Files.exists(folder) ? intact(folder) : Optional.empty();
        if (Files.exists(folder)) {
          if (there.isPresent() && there.get().with(manifest.files()).equals(manifest)) {
            return saved(folder, manifest);
          }
          continue;
        }
        try {
          AtomicFolder.create(folder, empty -> write(empty, learner, manifest, beforeRename));
        } catch (FileSystemException e) {
          if (Files.exists(folder)) {
            continue;
          }
          throw e;
        }
        return saved(folder, manifest);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is wrong with a checkpoint that the ledger names, if anything; reads every byte of it. */
  public Optional<String> problem(CheckpointSaved saved) {
    Path folder = root.resolve(saved.getFolder());
    try {
      if (!Files.isDirectory(folder)) {
        return Optional.of("is missing");
      }
      if (!FileHashes.of(folder.resolve(MANIFEST)).equals(saved.getStateSha256())) {
        return Optional.of(MANIFEST + " is not the one that was saved");
      }
      return intact(folder).isPresent() ? Optional.empty() : Optional.of("has a damaged file");
    } catch (IOException e) {
      return Optional.of("cannot be read: " + e);
    }
  }

  /** The folder that holds a checkpoint. */
  public Path folder(CheckpointSaved saved) {
    return root.resolve(saved.getFolder());
  }

  /**
   * Deletes the checkpoints up to a step, except those to keep. Only the owner of the run may call
   * it, after a commit has proved its ownership.
   */
  public void retain(Collection<CheckpointSaved> kept, long step) {
    Set<String> names = new HashSet<>();
    kept.forEach(saved -> names.add(saved.getFolder()));
    for (Path folder : folders()) {
      String name = folder.getFileName().toString();
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches() && Long.parseLong(matcher.group(1)) <= step && !names.contains(name)) {
        delete(folder);
      }
    }
  }

  /** The steps of a run's checkpoints, by folder. */
  public Map<Path, Long> steps(String runId) {
    return folders().stream()
        .filter(folder -> step(folder) >= 0 && isOf(runId, folder))
        .collect(Collectors.toMap(folder -> folder, CheckpointStore::step));
  }

  private static boolean isOf(String runId, Path folder) {
    Path manifest = folder.resolve(MANIFEST);
    try {
      return Files.exists(manifest)
          && JSON.readValue(manifest.toFile(), CheckpointManifest.class).runId().equals(runId);
    } catch (IOException e) {
      return false; // what cannot be read testifies to nothing
    }
  }

  /**
   * Gives a checkpoint a name under which it is not found again, and returns the folder. Only the
   * owner of the run may call it.
   */
  public Path setAside(Path checkpoint) {
    try {
      String name = "lost-" + checkpoint.getFileName();
      Path free = checkpoint.resolveSibling(name);
      for (int again = 2; Files.exists(free); again++) {
        free = checkpoint.resolveSibling(name + "-" + again);
      }
      return Files.move(checkpoint, free);
    } catch (IOException e) {
      throw new UncheckedIOException("checkpoint " + checkpoint + " cannot be renamed: " + e, e);
    }
  }

  /** The step of a checkpoint's folder; -1 for any other. */
  private static long step(Path folder) {
    Matcher matcher = NAME.matcher(folder.getFileName().toString());
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
  }

  /**
   * Deletes unfinished folders that earlier owners left behind. Only the owner of the run may call
   * it.
   */
  public void deleteUnfinished() {
    for (Path folder : folders()) {
      if (folder.getFileName().toString().startsWith(".step-")) {
        delete(folder);
      }
    }
  }

  private static String name(CheckpointManifest manifest) {
    return "step-%09d-%s".formatted(manifest.step(), manifest.policySha256().substring(0, 16));
  }

  private static void write(
      Path empty, Learner learner, CheckpointManifest manifest, Runnable beforeRename)
      throws IOException {
    learner.save(empty);
    CheckpointManifest complete = manifest.with(FileHashes.below(empty));
    Files.writeString(empty.resolve(MANIFEST), JSON.writeValueAsString(complete) + "\n");
    beforeRename.run();
  }

  private static CheckpointSaved saved(Path folder, CheckpointManifest manifest)
      throws IOException {
    return new CheckpointSaved(
        manifest.step(),
        folder.getFileName().toString(),
        manifest.policySha256(),
        FileHashes.of(folder.resolve(MANIFEST)));
  }

  /** The folder's manifest, if every file is as it was written and none was added or removed. */
  private static Optional<CheckpointManifest> intact(Path folder) throws IOException {
    Path file = folder.resolve(MANIFEST);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    CheckpointManifest manifest = JSON.readValue(file.toFile(), CheckpointManifest.class);
    SortedMap<String, String> found = FileHashes.below(folder);
    found.remove(MANIFEST);
    return found.equals(manifest.files()) ? Optional.of(manifest) : Optional.empty();
  }

  private List<Path> folders() {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> list = Files.list(root)) {
      return list.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hides the folder first, so that a half-deleted one is never found under its name. */
  private void delete(Path folder) {
    try {
      Path hidden = folder;
      if (!folder.getFileName().toString().startsWith(".")) {
        hidden = folder.resolveSibling(".step-deleted-" + folder.getFileName());
        Files.move(folder, hidden);
      }
      Folders.delete(hidden);
    } catch (IOException e) {
      throw new UncheckedIOException("checkpoint " + folder + " cannot be deleted: " + e, e);
    }
  }
}
