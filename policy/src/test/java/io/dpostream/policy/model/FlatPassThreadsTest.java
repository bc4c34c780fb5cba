package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.text.TokenSequence;
import io.dpostream.policy.torch.EngineOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Threads share a pass's elements unevenly here, and a share's last elements lie in the middle of
 * sequences: PyTorch's own silu rounds them in another way.
 */
@Isolated("the number of threads is the process's")
class FlatPassThreadsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"171, 1", "176, 3", "176, 6"})
  void shouldScoreASequenceAlikeOnAnyNumberOfThreads(int intermediate, int threads)
      throws Exception {
    ModelConfig small = TinyModels.config(Family.LLAMA);
    ModelConfig config =
        new ModelConfig(
            small.family(),
            small.head(),
            small.vocabSize(),
            64,
            intermediate,
            4,
            4,
            2,
            16,
            small.maxPositionEmbeddings(),
            small.rmsNormEps(),
            small.ropeTheta(),
            small.ropeScaling(),
            small.tieWordEmbeddings(),
            small.attentionBias(),
            small.slidingWindow(),
            small.bosTokenId(),
            small.eosTokenIds(),
            small.padTokenId(),
            small.torchDtype());
    CheckpointFolder checkpoint = TinyModels.write(folder, config, 1);
    EngineOptions engine = new EngineOptions("cpu", "float32", threads);
    try (LanguageModel model = LanguageModel.load(checkpoint, engine)) {
      for (int pairs = 6; pairs < 30; pairs += 2) {
        List<TokenSequence> batch =
            IntStream.range(0, pairs).boxed().flatMap(i -> pair(i)).toList();
        float[][] together = model.logprobs(batch);
        for (int i = 0; i < batch.size(); i++) {
          assertThat(together[i]).isEqualTo(model.logprobs(List.of(batch.get(i)))[0]);
        }
      }
    } finally {
      LanguageModel.load(checkpoint, TinyModels.CPU).close(); // threads are the process's
    }
  }

  private static Stream<TokenSequence> pair(int i) {
    int[] prompt = ids(i, 9 + i % 5);
    return Stream.of(
        new TokenSequence(prompt, ids(100 + i, 23 + i % 7)),
        new TokenSequence(prompt, ids(200 + i, 30)));
  }

  private static int[] ids(long seed, int length) {
    return new Random(seed).ints(length, 0, 50).toArray();
  }
}
