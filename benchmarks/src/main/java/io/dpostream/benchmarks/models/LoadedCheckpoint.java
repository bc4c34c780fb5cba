package io.dpostream.benchmarks.models;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.model.LanguageModel;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads a checkpoint folder and prints what that took: the file's bytes, the process's peak, and
 * their ratio.
 *
 * <p>Arguments: {@code make FOLDER GIGABYTES}, or {@code load FOLDER DTYPE}.
 */
public final class LoadedCheckpoint {
  private static final Path STATUS = Path.of("/proc/self/status");

  private LoadedCheckpoint() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]);
    if (args[0].equals("make")) {
      LargeCheckpoint.write(folder, Double.parseDouble(args[2]));
      return;
    }
    long begun = System.nanoTime();
    try (LanguageModel model =
        LanguageModel.load(CheckpointFolder.open(folder), new EngineOptions("cpu", args[2], 2))) {
      double seconds = (System.nanoTime() - begun) / 1e9;
      double loaded = bytes("VmHWM");
      float score =
          model.logprobs(List.of(new TokenSequence(new int[] {1, 2, 3}, new int[] {4})))[0][0];
      double file = size(folder);
      System.out.printf(
          "%s: %.2f GB of files, held in %s: peak %.2f GB (%.2f times the files), %.0f s;"
              + " with a scored text (log p %.2f) %.2f GB%n",
          folder.getFileName(),
          file / 1e9,
          args[2],
          loaded / 1e9,
          loaded / file,
          seconds,
          score,
          bytes("VmHWM") / 1e9);
    }
  }

  private static double bytes(String field) throws IOException {
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static double size(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToDouble(file -> file.toFile().length()).sum();
    }
  }
}
