package io.dpostream.pipeline.exchange;

import io.dpostream.files.RowReport;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.pipeline.formats.EncodedPreference;
import io.dpostream.pipeline.formats.JudgmentRow;
import io.dpostream.pipeline.formats.PreferenceEncoder;
import io.dpostream.pipeline.formats.PreferenceFormat;
import io.dpostream.pipeline.formats.PreferenceRow;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.sampler.feed.PromptsFile;
import io.dpostream.schemas.Preference;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Function;

/**
 * Puts the rows of a file on their topic, in the file's order and in one transaction: all accepted
 * rows or, when the file cannot be read to its end, none.
 */
public final class Importer {
  private final KafkaSettings kafka;
  private final InstantSource clock;

  /**
   * @param clock dates judgments and preferences; nothing is computed from it
   */
  public Importer(KafkaSettings kafka, InstantSource clock) {
    this.kafka = kafka;
    this.clock = clock;
  }

  /** Imports prompts. */
  public RowReport prompts(Path file) {
    Topics topics = kafka.topics();
    return importing(
        file,
        batch ->
            PromptsFile.read(file, prompt -> batch.add(topics.prompts(), prompt.getId(), prompt)));
  }

  /** Imports judgments. */
  public RowReport judgments(Path file) {
    Topics topics = kafka.topics();
    Instant now = clock.instant();
    return importing(
        file,
        batch ->
            JudgmentRow.read(
                file,
                now,
                judgment -> batch.add(topics.judgments(), judgment.getPairId(), judgment)));
  }

  /**
   * Imports preferences, as the tokens of a model.
   *
   * @param model Hugging Face folder with tokenizer and chat template
   * @param runId the run that they are imported for
   */
  public RowReport preferences(Path file, PreferenceFormat format, Path model, String runId) {
    Topics topics = kafka.topics();
    Instant now = clock.instant();
    String source = String.valueOf(file.getFileName());
    CheckpointFolder folder = CheckpointFolder.open(model);
    try (Tokenizer tokenizer = folder.tokenizer()) {
      PreferenceEncoder encoder = new PreferenceEncoder(tokenizer);
      int[] shortened = {0};
      RowReport report =
          importing(
              file,
              batch ->
                  PreferenceRow.read(
                      file,
                      format,
                      row -> {
                        EncodedPreference encoded = encoder.encode(row, runId, source, now);
                        Preference preference = encoded.preference();
                        batch.add(topics.preferences(), preference.getPairId(), preference);
                        shortened[0] += encoded.promptShortened() ? 1 : 0;
                      }));
      return shortened[0] == 0
          ? report
          : report.with(
              "%d of them: the prompt's last tokens are left out, because others stand there once an answer follows"
                  .formatted(shortened[0]));
    }
  }

  /**
   * Refuses a file of preferences of which nothing could be imported, before there is a Kafka.
   *
   * @throws io.dpostream.settings.UserException naming each reason
   */
  public static void requireUsable(Path file, PreferenceFormat format, Path model) {
    try (Tokenizer tokenizer = CheckpointFolder.open(model).tokenizer()) {
      PreferenceEncoder encoder = new PreferenceEncoder(tokenizer);
      PreferenceRow.requireUsable(file, format, row -> encoder.encode(row, "", "", Instant.EPOCH));
    }
  }

  private RowReport importing(Path file, Function<ImportBatch, RowReport> read) {
    try (ImportBatch batch = ImportBatch.begin(kafka)) {
      RowReport report = read.apply(batch);
      report.requireAccepted(file);
      batch.commit();
      return report;
    }
  }
}
