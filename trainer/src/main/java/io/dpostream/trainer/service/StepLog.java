package io.dpostream.trainer.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.ledger.LedgerState;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes {@code steps.jsonl}: one JSON object per step, under TRL's names. The file is derived from
 * the ledger and rewritten from it at every start, so that the two never disagree.
 */
public final class StepLog implements TrainerListener, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final Path unfinished;
  private BufferedWriter writer;
  private long tokens;

  /**
   * Opens the log and creates its folder when it is missing.
   *
   * @throws UserException when it cannot be written
   */
  public StepLog(Path file) {
    this.file = file;
    // A name of its own, so that a trainer that takes the run over does not share the file.
    String own = ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime());
    this.unfinished = file.resolveSibling("." + file.getFileName() + "-" + own + ".history");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      this.writer = Files.newBufferedWriter(unfinished);
    } catch (IOException e) {
      throw new UserException(file + ": cannot be written (" + e + "); give another folder", e);
    }
  }

  @Override
  public void history(TrainingStep record) {
    write(record);
  }

  @Override
  public void recovered(LedgerState state) {
    try {
      writer.close();
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      writer = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
      deleteOthers();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes what trainers left behind that were killed while they read the ledger. */
  private void deleteOthers() throws IOException {
    Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(folder, "." + file.getFileName() + "-*.history")) {
      for (Path path : left) {
        if (!isOfALivingProcess(path)) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  /** A trainer that is about to take over has its file already. */
  private static boolean isOfALivingProcess(Path history) {
    String[] parts = history.getFileName().toString().split("-");
    String pid = parts.length < 3 ? "" : parts[parts.length - 2];
    return pid.matches("\\d{1,18}")
        && ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent();
  }

  @Override
  public void recorded(TrainingStep record) {
    write(record);
    try {
      writer.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      writer.close();
      Files.deleteIfExists(unfinished);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(TrainingStep record) {
    if (record.getEvent() instanceof StepTaken step) {
      tokens += step.getTokens();
      try {
        writer.write(JSON.writeValueAsString(row(step, tokens)));
        writer.write('\n');
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Builds the row of a step; unknown values, and numbers that JSON cannot represent, are null. */
  private static Map<String, Object> row(StepTaken step, long tokensSoFar) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("step", step.getStep());
    put(row, "loss", step.getLoss());
    put(row, "staleness", Double.NaN);
    new TreeMap<>(step.getMetrics()).forEach((name, value) -> put(row, name, value));
    row.put("num_tokens", tokensSoFar);
    row.put("pairs", step.getPairs());
    row.put("skipped", step.getSkipped().size());
    row.put("applied", step.getApplied());
    return row;
  }

  private static void put(Map<String, Object> row, String name, double value) {
    row.put(
        name, Double.isFinite(value) ? JSON.getNodeFactory().numberNode(value) : JSON.nullNode());
  }
}
