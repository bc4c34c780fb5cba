package io.dpostream.pipeline.formats;

import io.dpostream.files.RowFile;
import io.dpostream.files.RowRefusedException;
import io.dpostream.files.RowReport;
import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.ChatTemplateException;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.sft.SftData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads what supervised fine-tuning learns from, as a model's tokens. */
public final class SftReader {
  private final AnswerEncoder encoder;
  private final int maxLength;

  private SftReader(AnswerEncoder encoder, int maxLength) {
    this.encoder = encoder;
    this.maxLength = maxLength;
  }

  /**
   * What was read.
   *
   * @param report on the rows, of which one may hold several sequences
   */
  public record Read(SftData data, RowReport report) {}

  /**
   * Reads a file with a model's tokenizer and chat template.
   *
   * @param maxLength most tokens of a sequence; rows with longer ones are rejected
   * @throws UserException when the file cannot be read on, or no row can be used
   */
  public static Read read(Path file, CheckpointFolder model, int maxLength) {
    List<TokenSequence> sequences = new ArrayList<>();
    RowReport report;
    try (Tokenizer tokenizer = model.tokenizer()) {
      SftReader reader = new SftReader(new AnswerEncoder(tokenizer), maxLength);
      report =
          RowFile.read(file, (number, row) -> reader.encode(SftRow.parse(row)), sequences::addAll);
    }
    report.requireAccepted(file);
    return new Read(new SftData(sequences), report);
  }

  private List<TokenSequence> encode(List<SftRow> rows) {
    try {
      return rows.stream().map(this::encode).toList();
    } catch (IllegalArgumentException | ChatTemplateException e) {
      throw new RowRefusedException(String.valueOf(e.getMessage()));
    }
  }

  private TokenSequence encode(SftRow row) {
    TokenSequence sequence;
    if (row instanceof SftRow.Text text) {
      sequence = encoder.encodeText(text.prompt(), text.completion());
    } else {
      SftRow.Turns dialogue = (SftRow.Turns) row;
      sequence =
          encoder.encodeMessages(
              TurnRecords.conversation(dialogue.prompt(), dialogue.templateInputs()),
              TurnRecords.turns(dialogue.completion()));
    }
    if (sequence.length() > maxLength) {
      throw new RowRefusedException(
          "has more tokens than sft.max_length, %d; raise it or shorten the row"
              .formatted(maxLength));
    }
    return sequence;
  }
}
