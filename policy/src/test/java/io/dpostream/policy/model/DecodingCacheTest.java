package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dpostream.policy.model.ModelConfig.Family;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Short prompts and long ones within one bound: 30 short, two long, then both in turn. */
class DecodingCacheTest {
  private static final SamplingOptions OPTIONS =
      new SamplingOptions(0.9, 0.95, 30, 0, 1.1, 2, 25, Set.of(4, 9, 17, 23, 31));

  /** Keys and values of one position: 2 layers, 2 heads of 8 floats each. */
  private static final long POSITION = 2L * 2 * 2 * 8 * 4;

  /** The longest prompt of all, and the row of its completion. */
  private static final long LARGEST = 399 + 448;

  @TempDir Path folder;
  private final List<GenerationRequest> requests = new ArrayList<>();
  private Decoder decoder;
  private LanguageModel model;

  @BeforeEach
  void load() throws IOException {
    ModelConfig config =
        TinyModels.config(Family.QWEN3, Optional.empty(), new RopeScaling.None(), 512);
    model = LanguageModel.load(TinyModels.write(folder, config, 11), TinyModels.CPU);
    decoder = model.decoder();
    Random random = new Random(5);
    for (int i = 0; i < 70; i++) {
      boolean isLong = i == 30 || i == 31 || i > 31 && random.nextInt(4) == 0;
      int length = isLong ? 300 + random.nextInt(99) : 1 + random.nextInt(30);
      int[] prompt = random.ints(i == 30 ? 399 : length, 0, 50).toArray();
      requests.add(new GenerationRequest(prompt, random.nextLong()));
      if (i % 3 == 0) {
        requests.add(new GenerationRequest(prompt.clone(), random.nextLong()));
      }
    }
  }

  @AfterEach
  void close() {
    model.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {850, 1300, 1920, 2600, 5000, 13_000, 40_000})
  void shouldNeverHoldMoreThanTheBound(int bound) {
    Observed work = new Observed(bound);

    assertThat(work.most).isLessThanOrEqualTo(bound);
    assertThat(work.counted).isLessThanOrEqualTo(bound).isGreaterThanOrEqualTo(work.most);
    assertThat(work.counted).as("what it may, it uses").isGreaterThan(Math.min(bound, 13_000) / 2);
    assertThat(work.written).doesNotContain(Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 64, 300, 800})
  void shouldHoldMoreOnlyForASingleCompletion(int bound) {
    Observed work = new Observed(bound);

    assertThat(work.most).isBetween(448L, LARGEST);
    assertThat(work.counted).isLessThanOrEqualTo(LARGEST);
    assertThat(work.written).doesNotContain(Optional.empty());
    assertThat(work.mostBesideAnother).isLessThanOrEqualTo(bound);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2600})
  void shouldWriteTheSameInWhateverSpace(int bound) {
    Observed work = new Observed(bound);
    for (int i = 0; i < requests.size(); i++) {
      Generation alone = decoder.generate(List.of(requests.get(i)), OPTIONS).get(0);
      Generation written = work.written.get(i).orElseThrow();
      assertThat(written.tokenIds()).isEqualTo(alone.tokenIds());
      assertThat(written.logprobs()).containsExactly(alone.logprobs(), within(1e-4f));
    }
  }

  /** Writes all requests, and looks at the tensors there are whenever it is called. */
  private final class Observed implements DecodingWork {
    private final List<Optional<Generation>> written = new ArrayList<>();
    private final NDManager scope;
    private final long counted;
    private long most;
    private long mostBesideAnother;
    private int next;

    Observed(long bound) {
      requests.forEach(request -> written.add(Optional.empty()));
      DecodingLimits limits = new DecodingLimits(40, Math.max(1, bound * POSITION));
      scope = decoder.scope();
      try (scope) {
        Decoding decoding = decoder.decoding(scope, this, OPTIONS, limits, Optional.empty());
        decoding.run();
        counted = decoding.held().most();
      }
    }

    @Override
    public List<GenerationRequest> next(int most) {
      look();
      int from = next;
      next = Math.min(requests.size(), from + most);
      return requests.subList(from, next);
    }

    @Override
    public void finished(int index, Generation generation) {
      look();
      written.set(index, Optional.of(generation));
    }

    /** Keys and values have four dimensions: rows, layers twice, columns, and heads. */
    private void look() {
      List<Shape> shapes =
          scope.getManagedArrays().stream()
              .map(array -> array.getShape())
              .filter(shape -> shape.dimension() == 4)
              .toList();
      long held = shapes.stream().mapToLong(shape -> shape.get(0) * shape.get(2)).sum();
      most = Math.max(most, held);
      if (shapes.stream().anyMatch(shape -> shape.get(0) > 1)) {
        mostBesideAnother = Math.max(mostBesideAnother, held);
      }
    }
  }
}
