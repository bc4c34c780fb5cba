package io.dpostream.trainer.sft;

import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Arranges sequences in the rows and batches of one epoch, which depend on its arguments alone. The
 * order is random, never sorted by length: where a batch's loss is a mean over tokens, batches of
 * short completions would weigh each of their tokens more.
 */
final class SftBatches {
  private SftBatches() {}

  /** Sequences that share a row; they do not see each other. */
  record Row(List<TokenSequence> sequences, int tokens) {
    Row {
      sequences = List.copyOf(sequences);
    }
  }

  /** The epoch's batches of rows; the last one may be smaller. */
  static List<List<Row>> of(List<TokenSequence> sequences, SftConfig config, int epoch) {
    Random random = new Random(31 * config.seed() + epoch);
    List<TokenSequence> shuffled = new ArrayList<>(sequences);
    Collections.shuffle(shuffled, random);
    List<Row> rows =
        config.packing()
            ? pack(shuffled, config.maxLength())
            : shuffled.stream().map(s -> new Row(List.of(s), s.length())).toList();
    List<List<Row>> batches = new ArrayList<>();
    int size = config.perDeviceTrainBatchSize();
    for (int i = 0; i < rows.size(); i += size) {
      batches.add(List.copyOf(rows.subList(i, Math.min(i + size, rows.size()))));
    }
    return batches;
  }

  /** Next fit: a row is closed by the first sequence that it has no room for. */
  private static List<Row> pack(List<TokenSequence> sequences, int maxLength) {
    List<Row> rows = new ArrayList<>();
    List<TokenSequence> open = new ArrayList<>();
    int tokens = 0;
    for (TokenSequence sequence : sequences) {
      if (tokens + sequence.length() > maxLength && !open.isEmpty()) {
        rows.add(new Row(open, tokens));
        open.clear();
        tokens = 0;
      }
      open.add(sequence);
      tokens += sequence.length();
    }
    if (!open.isEmpty()) {
      rows.add(new Row(open, tokens));
    }
    return rows;
  }
}
