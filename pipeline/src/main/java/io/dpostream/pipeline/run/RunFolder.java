package io.dpostream.pipeline.run;

import io.dpostream.settings.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder in which a run on this machine keeps everything: the files named here, and no others.
 *
 * @param path absolute path of the folder
 */
public record RunFolder(Path path) {

  /**
   * Opens a folder, creating it when it is missing.
   *
   * @throws UserException if it cannot be made or written to
   */
  public static RunFolder open(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    try {
      Files.createDirectories(absolute);
    } catch (IOException e) {
      throw new UserException(
          path + ": the folder cannot be created; choose another with --dir", e);
    }
    if (!Files.isWritable(absolute)) {
      throw new UserException(
          path + ": the folder cannot be written to; choose another with --dir");
    }
    return new RunFolder(absolute);
  }

  /** Data and logs of the embedded Kafka broker and schema registry. */
  public Path cluster() {
    return path.resolve("cluster");
  }

  /** Folder into which a quickstart puts the shipped model and its prompts. */
  public Path model() {
    return path.resolve("tiny-model");
  }

  /** Checkpoints and published versions. */
  public Path trainer() {
    return path.resolve("trainer");
  }

  /** Versions that were fetched from an object store. */
  public Path fetched() {
    return path.resolve("fetched");
  }

  /** Files that the trainer can compute again, such as the reference's log-probabilities. */
  public Path work() {
    return path.resolve("work");
  }

  /** Local state of the assembler; it is restored from Kafka where it is missing. */
  public Path assembler() {
    return path.resolve("assembler");
  }

  /** What the last start was set to, by file and by options; defaults are left out. */
  public Path settings() {
    return path.resolve("settings.yaml");
  }

  /**
   * The settings of a run that has been started here.
   *
   * @throws UserException if no run has been started here
   */
  public Path requireStarted() {
    if (!Files.exists(settings())) {
      throw new UserException(path + ": no run has been started in this folder");
    }
    return settings();
  }

  /**
   * The cluster of a run that has a broker of its own.
   *
   * @throws UserException if there is none
   */
  public Path requireCluster() {
    if (!Files.isDirectory(cluster())) {
      throw new UserException(path + ": the folder holds no run with a broker of its own");
    }
    return cluster();
  }

  /** File with a JSON object for every step in the ledger. */
  public Path steps() {
    return path.resolve("steps.jsonl");
  }

  /** Event files with every step's metrics. */
  public Path tensorboard() {
    return path.resolve("tensorboard");
  }

  /** The resulting policy of an offline run, as a Hugging Face folder. */
  public Path policy() {
    return path.resolve("policy");
  }

  /** Note of an offline run's input, so that the run is not continued on other data. */
  public Path input() {
    return path.resolve("input.json");
  }

  /** File with the result of the run. */
  public Path report() {
    return path.resolve("report.json");
  }

  /** Log of the services. */
  public Path log() {
    return path.resolve("dpo.log");
  }
}
