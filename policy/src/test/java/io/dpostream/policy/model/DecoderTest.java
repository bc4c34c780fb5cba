package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.model.ModelConfig.Family;
import io.dpostream.policy.model.ModelConfig.SlidingWindow;
import io.dpostream.policy.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Execution(ExecutionMode.CONCURRENT)
class DecoderTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Family.class)
  void shouldWriteTheGreedyTokensOfRecomputing(Family family) throws IOException {
    Optional<SlidingWindow> window =
        family == Family.MISTRAL ? Optional.of(new SlidingWindow(4, 0)) : Optional.empty();
    try (LanguageModel model = load(TinyModels.config(family, window, new RopeScaling.Linear(2)))) {
      List<GenerationRequest> requests = requests(7, 3);
      List<Generation> together =
          model.decoder().generate(requests, SamplingOptions.greedy(20, Set.of()));
      for (int row = 0; row < requests.size(); row++) {
        GenerationRequest request = requests.get(row);
        int[] recomputed = recompute(model, request.prompt(), 20);
        assertThat(together.get(row).tokenIds()).isEqualTo(recomputed);
        assertThat(
                model
                    .decoder()
                    .generate(List.of(request), SamplingOptions.greedy(20, Set.of()))
                    .get(0)
                    .tokenIds())
            .isEqualTo(recomputed);
      }
    }
  }

  private static int[] recompute(LanguageModel model, int[] prompt, int count) {
    int[] ids = prompt;
    for (int t = 0; t < count; t++) {
      float[] last = model.logits(ids)[ids.length - 1];
      int best =
          IntStream.range(0, last.length).reduce((a, b) -> last[b] > last[a] ? b : a).orElseThrow();
      ids = Arrays.copyOf(ids, ids.length + 1);
      ids[ids.length - 1] = best;
    }
    return Arrays.copyOfRange(ids, prompt.length, ids.length);
  }

  @Test
  void shouldSampleTheSameWhateverElseIsInTheBatch() throws IOException {
    SamplingOptions options = new SamplingOptions(0.8, 0.9, 20, 15, Set.of(4, 9, 17));
    try (LanguageModel model = load(TinyModels.config(Family.LLAMA))) {
      List<GenerationRequest> requests = requests(16, 5);
      List<Generation> together = model.decoder().generate(requests, options);
      assertThat(together).extracting(Generation::stopped).contains(true, false);
      for (int row = 0; row < requests.size(); row++) {
        Generation alone = model.decoder().generate(List.of(requests.get(row)), options).get(0);
        Generation batched = together.get(row);
        assertThat(batched.tokenIds()).isEqualTo(alone.tokenIds());
        assertThat(batched.logprobs()).containsExactly(alone.logprobs(), within(1e-5f));
        assertThat(batched.stopped()).isEqualTo(alone.stopped());
      }
    }
  }

  /** Both completions of a pair begin with one prompt, which is read once. */
  @Test
  void shouldSampleTheSameWhateverRowsShareAPrompt() throws IOException {
    SamplingOptions options = new SamplingOptions(0.8, 0.9, 20, 15, Set.of(4, 9, 17));
    try (LanguageModel model = load(TinyModels.config(Family.LLAMA))) {
      List<GenerationRequest> requests = new ArrayList<>();
      for (GenerationRequest request : requests(6, 5)) {
        requests.add(new GenerationRequest(request.prompt().clone(), 2L * requests.size()));
        requests.add(requests.size() / 2, new GenerationRequest(request.prompt().clone(), 77));
      }
      List<Generation> together = model.decoder().generate(requests, options);
      for (int row = 0; row < requests.size(); row++) {
        Generation alone = model.decoder().generate(List.of(requests.get(row)), options).get(0);
        assertThat(together.get(row).tokenIds()).isEqualTo(alone.tokenIds());
        assertThat(together.get(row).logprobs()).containsExactly(alone.logprobs(), within(1e-5f));
      }
    }
  }

  @Test
  void shouldReportTheLogprobsThatScoringGives() throws IOException {
    SamplingOptions options = new SamplingOptions(1, 1, 0, 12, Set.of(4));
    try (LanguageModel model = load(TinyModels.config(Family.QWEN3))) {
      List<GenerationRequest> requests = requests(8, 6);
      List<Generation> written = model.decoder().generate(requests, options);
      List<TokenSequence> sequences = new ArrayList<>();
      for (int row = 0; row < requests.size(); row++) {
        sequences.add(new TokenSequence(requests.get(row).prompt(), written.get(row).tokenIds()));
      }
      float[][] scored = model.logprobs(sequences);
      for (int row = 0; row < scored.length; row++) {
        assertThat(written.get(row).logprobs()).containsExactly(scored[row], within(1e-5f));
        // At temperature 1 with nothing cut both distributions are the policy's.
        assertThat(written.get(row).samplingLogprobs()).containsExactly(scored[row], within(1e-5f));
      }
    }
  }

  @Test
  void shouldEndARowWithItsEndToken() throws IOException {
    try (LanguageModel model = load(TinyModels.config(Family.LLAMA))) {
      GenerationRequest request = new GenerationRequest(new int[] {1, 2, 3}, 0);
      int[] free =
          model
              .decoder()
              .generate(List.of(request), SamplingOptions.greedy(10, Set.of()))
              .get(0)
              .tokenIds();
      int end = free[4];
      int first = IntStream.range(0, 10).filter(i -> free[i] == end).findFirst().orElseThrow();
      Generation stopped =
          model
              .decoder()
              .generate(List.of(request), SamplingOptions.greedy(10, Set.of(end)))
              .get(0);
      assertThat(stopped.tokenIds()).isEqualTo(Arrays.copyOf(free, first + 1));
      assertThat(stopped.stopped()).isTrue();
    }
  }

  @Test
  void shouldStopAtTheModelsLastPosition() throws IOException {
    try (LanguageModel model = load(TinyModels.config(Family.LLAMA))) {
      List<Generation> written =
          model
              .decoder()
              .generate(
                  List.of(
                      new GenerationRequest(new int[60], 0), new GenerationRequest(new int[2], 0)),
                  SamplingOptions.greedy(10, Set.of()));
      assertThat(written.get(0).tokenIds()).hasSize(4);
      assertThat(written.get(0).stopped()).isFalse();
      assertThat(written.get(1).tokenIds()).hasSize(10);
      assertThatThrownBy(
              () ->
                  model
                      .decoder()
                      .generate(
                          List.of(new GenerationRequest(new int[64], 0)),
                          SamplingOptions.greedy(1, Set.of())))
          .hasMessageContaining("fills the model's 64 positions");
    }
  }

  /**
   * The first tokens of 4,000 seeds against the softmax at temperature 0.5, cut to the five most
   * probable: a frequency of probability p has a standard deviation of at most 0.5 / sqrt(4000) =
   * 0.0079; five of them.
   */
  @Test
  void shouldDrawFromTheTemperedTopTokens() throws IOException {
    int seeds = 4_000;
    try (LanguageModel model = load(TinyModels.config(Family.LLAMA))) {
      int[] prompt = {5, 6, 7};
      double[] expected = topFive(model.logits(prompt)[2], 0.5);
      List<GenerationRequest> requests =
          IntStream.range(0, seeds).mapToObj(seed -> new GenerationRequest(prompt, seed)).toList();
      List<Generation> written =
          model.decoder().generate(requests, new SamplingOptions(0.5, 1, 5, 1, Set.of()));
      double[] found = new double[expected.length];
      for (Generation generation : written) {
        int token = generation.tokenIds()[0];
        found[token] += 1.0 / seeds;
        assertThat((double) generation.samplingLogprobs()[0])
            .isCloseTo(Math.log(expected[token]), within(1e-5));
      }
      assertThat(found).containsExactly(expected, within(0.04));
    }
  }

  private static double[] topFive(float[] logits, double temperature) {
    float[] sorted = logits.clone();
    Arrays.sort(sorted);
    float least = sorted[sorted.length - 5];
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = logits[i] < least ? 0 : Math.exp(logits[i] / temperature);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  /** The most probable token alone already holds a top_p below its probability. */
  @Test
  void shouldKeepTheSmallestSetThatHoldsTopP() throws IOException {
    try (LanguageModel model = load(TinyModels.config(Family.LLAMA))) {
      int[] prompt = {5, 6, 7};
      float[] logits = model.logits(prompt)[2];
      int best = recompute(model, prompt, 1)[0];
      List<GenerationRequest> requests =
          IntStream.range(0, 200).mapToObj(seed -> new GenerationRequest(prompt, seed)).toList();
      assertThat(model.decoder().generate(requests, new SamplingOptions(1, 1e-3, 0, 1, Set.of())))
          .allSatisfy(
              generation -> {
                assertThat(generation.tokenIds()).containsExactly(best);
                assertThat(generation.samplingLogprobs()).containsExactly(0);
                assertThat(generation.logprobs()[0]).isLessThan(0);
              });
      assertThat(logits[best]).isEqualTo((float) max(logits));
    }
  }

  private static double max(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).max().orElseThrow();
  }

  private LanguageModel load(ModelConfig config) throws IOException {
    return LanguageModel.load(TinyModels.write(folder, config, 11), TinyModels.CPU);
  }

  private static List<GenerationRequest> requests(int count, long seed) {
    Random random = new Random(seed);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] prompt = random.ints(1 + random.nextInt(9), 0, 50).toArray();
      requests.add(new GenerationRequest(prompt, random.nextLong()));
    }
    return requests;
  }
}
