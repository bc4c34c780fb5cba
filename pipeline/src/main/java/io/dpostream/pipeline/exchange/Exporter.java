package io.dpostream.pipeline.exchange;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.TopicScan;
import io.dpostream.pipeline.formats.TrlJson;
import io.dpostream.schemas.Preference;
import io.dpostream.settings.UserException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Writes the current records of a topic as JSON Lines, in the topic's order, compressed when the
 * file's name ends with {@code .gz}. The file appears complete or not at all.
 */
public final class Exporter {
  private final KafkaSettings kafka;

  public Exporter(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /** Exports prompts, and returns their number. */
  public long prompts(Path file) {
    return export(kafka.topics().prompts(), any -> true, TrlJson::prompt, file);
  }

  /** Exports judgments, and returns their number. */
  public long judgments(Path file) {
    return export(kafka.topics().judgments(), any -> true, TrlJson::judgment, file);
  }

  /**
   * Exports preferences, and returns their number.
   *
   * @param runId whose preferences; those of every run when absent
   */
  public long preferences(Optional<String> runId, Path file) {
    Predicate<Preference> wanted =
        preference -> runId.map(preference.getRunId()::equals).orElse(true);
    return export(kafka.topics().preferences(), wanted, TrlJson::preference, file);
  }

  private <T extends SpecificRecord> long export(
      Topic<T> topic, Predicate<T> wanted, Function<T, ObjectNode> row, Path file) {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    try {
      long written;
      try (BufferedWriter writer = open(partial, file.getFileName().toString().endsWith(".gz"))) {
        written = write(topic, wanted, row, writer);
      }
      Files.move(
          partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return written;
    } catch (IOException | UncheckedIOException e) {
      throw new UserException(file + ": cannot be written (" + e + "); name another file", e);
    } finally {
      deleteIfExists(partial);
    }
  }

  private <T extends SpecificRecord> long write(
      Topic<T> topic, Predicate<T> wanted, Function<T, ObjectNode> row, BufferedWriter writer) {
    long[] written = {0};
    new TopicScan(kafka)
        .read(
            topic,
            record -> {
              if (wanted.test(record.value())) {
                writeLine(writer, row.apply(record.value()));
                written[0]++;
              }
            });
    return written[0];
  }

  private static void writeLine(BufferedWriter writer, ObjectNode row) {
    try {
      writer.write(row.toString());
      writer.write('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedWriter open(Path file, boolean compressed) throws IOException {
    OutputStream out = Files.newOutputStream(file);
    return new BufferedWriter(
        new OutputStreamWriter(
            compressed ? new GZIPOutputStream(out) : out, StandardCharsets.UTF_8));
  }

  private static void deleteIfExists(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
