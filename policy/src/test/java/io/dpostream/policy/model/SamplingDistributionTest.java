package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.model.ModelConfig.Family;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares what is drawn with probabilities that are computed here from a full forward pass. */
@Execution(ExecutionMode.CONCURRENT)
class SamplingDistributionTest {
  private static final Set<Integer> ENDS = Set.of(4, 9, 17);

  @TempDir Path folder;

  static Stream<Arguments> options() {
    return Stream.of(
        Arguments.of("plain", new SamplingOptions(1, 1, 0, 0, 1, 0, 12, ENDS)),
        Arguments.of("temperature", new SamplingOptions(0.5, 1, 0, 0, 1, 0, 12, ENDS)),
        Arguments.of("top_k", new SamplingOptions(1, 1, 7, 0, 1, 0, 12, ENDS)),
        Arguments.of("top_p", new SamplingOptions(1, 0.6, 0, 0, 1, 0, 12, ENDS)),
        Arguments.of("min_p", new SamplingOptions(1, 1, 0, 0.3, 1, 0, 12, ENDS)),
        Arguments.of("repetition_penalty", new SamplingOptions(1, 1, 0, 0, 1.5, 0, 12, ENDS)),
        Arguments.of("min_new_tokens", new SamplingOptions(1, 1, 0, 0, 1, 6, 12, ENDS)),
        Arguments.of("greedy", new SamplingOptions(0, 1, 0, 0, 1.2, 3, 12, ENDS)),
        Arguments.of("all", new SamplingOptions(0.8, 0.9, 20, 0.05, 1.2, 3, 12, ENDS)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("options")
  void shouldReportBothLogprobsOfAFullForwardPass(String name, SamplingOptions options)
      throws IOException {
    try (LanguageModel model = load()) {
      Random random = new Random(3);
      List<GenerationRequest> requests =
          IntStream.range(0, 12)
              .mapToObj(
                  i ->
                      new GenerationRequest(random.ints(1 + random.nextInt(9), 0, 50).toArray(), i))
              .toList();
      List<Generation> written =
          model.decoder().generate(requests, options, new DecodingLimits(5, 1 << 20), none());

      for (int row = 0; row < requests.size(); row++) {
        int[] prompt = requests.get(row).prompt();
        Generation generation = written.get(row);
        int[] all = concat(prompt, generation.tokenIds());
        float[][] logits = model.logits(all);
        for (int t = 0; t < generation.tokenIds().length; t++) {
          int token = generation.tokenIds()[t];
          int length = prompt.length + t;
          float[] after = logits[length - 1];
          double policy = Math.log(softmax(widened(after))[token]);
          double drawn = Math.log(exact(after, Arrays.copyOf(all, length), t, options)[token]);
          assertThat((double) generation.logprobs()[t]).isCloseTo(policy, within(1e-4));
          assertThat((double) generation.samplingLogprobs()[t]).isCloseTo(drawn, within(1e-4));
        }
        assertThat(generation.tokenIds()).hasSizeBetween(options.minNewTokens(), 12);
        boolean end = ENDS.contains(all[all.length - 1]);
        assertThat(generation.stopped()).isEqualTo(end);
      }
    }
  }

  /**
   * The first tokens of 4,000 seeds. A chi-square of d degrees has mean d and deviation sqrt(2d);
   * five deviations are far beyond chance, and seeds are fixed.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("options")
  void shouldDrawFromTheExactProbabilities(String name, SamplingOptions options)
      throws IOException {
    int seeds = 4_000;
    try (LanguageModel model = load()) {
      int[] prompt = {5, 6, 7};
      double[] expected = exact(model.logits(prompt)[2], prompt, 0, options);
      List<GenerationRequest> requests =
          IntStream.range(0, seeds).mapToObj(seed -> new GenerationRequest(prompt, seed)).toList();
      SamplingOptions first =
          new SamplingOptions(
              options.temperature(),
              options.topP(),
              options.topK(),
              options.minP(),
              options.repetitionPenalty(),
              Math.min(1, options.minNewTokens()),
              1,
              ENDS);
      int[] found = new int[expected.length];
      for (Generation generation : model.decoder().generate(requests, first)) {
        found[generation.tokenIds()[0]]++;
      }

      double statistic = 0;
      int bins = 0;
      double rareExpected = 0;
      int rareFound = 0;
      for (int i = 0; i < expected.length; i++) {
        double mean = seeds * expected[i];
        if (mean == 0) {
          assertThat(found[i]).as("token %d, which is cut off", i).isZero();
        } else if (mean < 5) {
          rareExpected += mean;
          rareFound += found[i];
        } else {
          statistic += (found[i] - mean) * (found[i] - mean) / mean;
          bins++;
        }
      }
      if (rareExpected > 0) {
        statistic += (rareFound - rareExpected) * (rareFound - rareExpected) / rareExpected;
        bins++;
      }
      double degrees = Math.max(1, bins - 1);
      assertThat(statistic).isLessThan(degrees + 5 * Math.sqrt(2 * degrees));
    }
  }

  /** The distribution of the token after a sequence, by the definition of each option. */
  private static double[] exact(
      float[] logits, int[] sequence, int written, SamplingOptions options) {
    double[] z = widened(logits);
    for (int id : new HashSet<>(Arrays.stream(sequence).boxed().toList())) {
      double penalty = options.repetitionPenalty();
      z[id] = z[id] > 0 ? z[id] / penalty : z[id] * penalty;
    }
    if (written < options.minNewTokens()) {
      ENDS.forEach(id -> z[id] = Double.NEGATIVE_INFINITY);
    }
    if (options.temperature() == 0) {
      double[] p = new double[z.length];
      double most = Arrays.stream(z).max().orElseThrow();
      p[IntStream.range(0, z.length).filter(i -> z[i] == most).findFirst().orElseThrow()] = 1;
      return p;
    }
    double[] p = softmax(Arrays.stream(z).map(x -> x / options.temperature()).toArray());
    if (options.topK() > 0) {
      double[] sorted = Arrays.stream(p).sorted().toArray();
      p = keepingAtLeast(p, sorted[sorted.length - options.topK()]);
    }
    double[] falling = Arrays.stream(p).map(x -> -x).sorted().map(x -> -x).toArray();
    double before = 0;
    int kept = 0;
    while (kept < falling.length && before < options.topP() && falling[kept] > 0) {
      before += falling[kept++];
    }
    p = keepingAtLeast(p, falling[kept - 1]);
    return keepingAtLeast(p, options.minP() * Arrays.stream(p).max().orElseThrow());
  }

  private static double[] keepingAtLeast(double[] p, double least) {
    double sum = Arrays.stream(p).filter(x -> x >= least).sum();
    return Arrays.stream(p).map(x -> x >= least ? x / sum : 0).toArray();
  }

  private static double[] softmax(double[] z) {
    double top = Arrays.stream(z).max().orElseThrow();
    double sum = Arrays.stream(z).map(x -> Math.exp(x - top)).sum();
    return Arrays.stream(z).map(x -> Math.exp(x - top) / sum).toArray();
  }

  private static double[] widened(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static int[] concat(int[] a, int[] b) {
    int[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  private static java.util.Optional<TextStop> none() {
    return java.util.Optional.empty();
  }

  private LanguageModel load() throws IOException {
    return LanguageModel.load(
        TinyModels.write(folder, TinyModels.config(Family.LLAMA), 11), TinyModels.CPU);
  }
}
