package io.dpostream.policy.model;

import io.dpostream.policy.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Finds out whether sequences have the same log-probabilities, bit for bit, alone and in a large
 * pass. A row of a product depends on the row alone, but a library may round it in another way when
 * it has more rows; whether it does depends on processor, dtype, threads and the model's sizes.
 */
final class Company {
  private static final int[][] PROMPT_AND_COMPLETIONS = {
    {5, 3, 1}, {23, 17, 40}, {64, 30, 90}, {1, 11, 2}, {37, 55, 8}
  };
  private static final int[] INPUTS = {100, 1024};

  private Company() {}

  /**
   * Compares some random sequences.
   *
   * @param inputs of a large pass
   * @param score log-probabilities of a pass's sequences
   */
  static boolean changesNothing(
      ModelConfig config, int inputs, Function<List<TokenSequence>, float[][]> score) {
    List<TokenSequence> some = sequences(config);
    List<float[]> alone = some.stream().map(s -> score.apply(List.of(s))[0]).toList();
    for (int size : INPUTS) {
      List<TokenSequence> pass = new ArrayList<>(some);
      while (FlatBatch.inputs(pass) < Math.min(size, inputs)) {
        pass.addAll(some);
      }
      float[][] together = score.apply(pass);
      boolean same =
          IntStream.range(0, pass.size())
              .allMatch(i -> Arrays.equals(together[i], alone.get(i % some.size())));
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private static List<TokenSequence> sequences(ModelConfig config) {
    Random random = new Random(1);
    List<TokenSequence> sequences = new ArrayList<>();
    for (int[] lengths : PROMPT_AND_COMPLETIONS) {
      int longest = config.maxPositionEmbeddings() / 2;
      int[] prompt = ids(random, Math.min(lengths[0], longest), config);
      sequences.add(
          new TokenSequence(prompt, ids(random, Math.min(lengths[1], longest), config)));
      sequences.add(
          new TokenSequence(prompt, ids(random, Math.min(lengths[2], longest), config)));
    }
    return sequences;
  }

  private static int[] ids(Random random, int count, ModelConfig config) {
    return random.ints(count, 0, config.vocabSize()).toArray();
  }
}
