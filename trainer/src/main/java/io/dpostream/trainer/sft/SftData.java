package io.dpostream.trainer.sft;

import io.dpostream.policy.model.CheckpointFolder;
import io.dpostream.policy.text.AnswerEncoder;
import io.dpostream.policy.text.ChatTemplateException;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.text.Tokenizer;
import io.dpostream.settings.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The rows of a JSONL file, plain or gzipped, as token ids in the file's order. */
public record SftData(List<TokenSequence> sequences) {
  public SftData {
    sequences = List.copyOf(sequences);
  }

  /**
   * Reads a file with a model's tokenizer and chat template.
   *
   * @param maxLength most tokens of a row
   * @throws UserException naming the file, and the line where there is one, that cannot be used
   */
  public static SftData read(Path file, CheckpointFolder model, int maxLength) {
    List<TokenSequence> sequences = new ArrayList<>();
    int number = 0;
    try (Tokenizer tokenizer = model.tokenizer();
        BufferedReader lines = open(file)) {
      AnswerEncoder encoder = new AnswerEncoder(tokenizer, model.generationDefaults());
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          sequences.add(checked(encode(encoder, SftRow.parse(line)), maxLength));
        }
      }
    } catch (IllegalArgumentException | ChatTemplateException e) {
      throw new UserException("%s line %d: %s".formatted(file, number, e.getMessage()), e);
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": no such file; give a JSONL file", e);
    } catch (CharacterCodingException e) {
      throw new UserException(file + ": is not UTF-8 text", e);
    } catch (IOException e) {
      throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (sequences.isEmpty()) {
      throw new UserException(file + ": has no rows; give one JSON object a line");
    }
    return new SftData(sequences);
  }

  private static TokenSequence encode(AnswerEncoder encoder, SftRow row) {
    if (row instanceof SftRow.Text text) {
      return encoder.encodeText(text.prompt(), text.completion());
    }
    SftRow.Conversation conversation = (SftRow.Conversation) row;
    return encoder.encodeMessages(conversation.prompt(), conversation.completion());
  }

  private static TokenSequence checked(TokenSequence sequence, int maxLength) {
    if (sequence.length() > maxLength) {
      throw new IllegalArgumentException(
          "has %d tokens where max_length is %d; raise it or shorten the row"
              .formatted(sequence.length(), maxLength));
    }
    return sequence;
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream bytes = Files.newInputStream(file);
    InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
    return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8.newDecoder()));
  }
}
