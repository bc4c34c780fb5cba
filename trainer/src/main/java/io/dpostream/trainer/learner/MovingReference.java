package io.dpostream.trainer.learner;

import io.dpostream.policy.checkpoint.Folders;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.model.TrainableModel;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.NamedTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A reference that may move towards the policy. It is the model that the run began with until the
 * first move, and from then on a folder among the run's working files. Not thread-safe.
 */
final class MovingReference implements AutoCloseable {
  private final Supplier<ReferenceModel> first;
  private final Path workFolder;
  private final EngineOptions engine;
  private final boolean sharing;
  private ReferenceModel current;
  private Optional<Path> moved = Optional.empty();

  private MovingReference(
      Supplier<ReferenceModel> first, boolean sharing, Path workFolder, EngineOptions engine) {
    this.sharing = sharing;
    this.first = first;
    this.workFolder = workFolder;
    this.engine = engine;
    this.current = first.get();
  }

  /**
   * Loads the reference that a run begins with.
   *
   * @param workFolder for moved references; it need not exist
   * @throws io.dpostream.policy.checkpoint.CheckpointException if the folder cannot be used
   */
  static MovingReference open(Path first, Path workFolder, EngineOptions engine) {
    return new MovingReference(() -> ReferenceModel.load(first, engine), false, workFolder, engine);
  }

  /**
   * Begins with the model that a policy's adapters began as, which shares the policy's weights.
   *
   * @param policy trained by adapters; it outlives the reference
   * @param folder that it was loaded from
   */
  static MovingReference sharing(
      TrainableModel policy, CheckpointFolder folder, Path workFolder, EngineOptions engine) {
    return new MovingReference(
        () -> new ReferenceModel(folder, policy.start()), true, workFolder, engine);
  }

  CheckpointFolder folder() {
    return current.folder();
  }

  /** The model as it is now; closed by the next move. */
  LanguageModel model() {
    return current.model();
  }

  String sha256() {
    return current.model().sha256();
  }

  /**
   * What its numbers depend on beside its hash: adapters on top are other sums than merged ones.
   */
  String arithmetic() {
    return sharing && !hasMoved() && folder().adapter().isPresent() ? " with adapters" : "";
  }

  /** Whether it differs from the one that the run began with. */
  boolean hasMoved() {
    return moved.isPresent();
  }

  /** Replaces the reference with {@code alpha · policy + (1 − alpha) · reference}. */
  void moveTowards(List<NamedTensor> policy, double alpha) {
    Path folder = newFolder();
    current.mix(policy, alpha, folder);
    replace(Optional.of(folder));
  }

  /** Writes the reference into an empty folder, which {@link #moveTo} can read. */
  void copyTo(Path emptyFolder) {
    current.copyTo(emptyFolder);
  }

  /** Replaces the reference with a copy of a saved one, whose folder is not needed afterwards. */
  void moveTo(Path saved) {
    Path copy = newFolder();
    try (ReferenceModel reference = ReferenceModel.load(saved, engine)) {
      reference.copyTo(copy);
    }
    replace(Optional.of(copy));
  }

  /** Restores the reference that the run began with. */
  void moveBack() {
    if (hasMoved()) {
      replace(Optional.empty());
    }
  }

  private Path newFolder() {
    try {
      Files.createDirectories(workFolder);
      return Files.createTempDirectory(workFolder, "reference-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void replace(Optional<Path> folder) {
    ReferenceModel next = folder.map(path -> ReferenceModel.load(path, engine)).orElseGet(first);
    current.close();
    current = next;
    moved.ifPresent(Folders::delete);
    moved = folder;
  }

  @Override
  public void close() {
    current.close();
    moved.ifPresent(Folders::delete);
  }
}
