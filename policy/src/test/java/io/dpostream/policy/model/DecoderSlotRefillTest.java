package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.policy.model.ModelConfig.Family;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderSlotRefillTest {
  private static final SamplingOptions OPTIONS =
      new SamplingOptions(0.9, 0.95, 30, 0, 1.1, 2, 25, Set.of(4, 9, 17, 23, 31));

  /** Keys and values of one position: 2 layers, 2 heads of 8 floats each. */
  private static final long POSITION = 2L * 2 * 2 * 8 * 4;

  @TempDir Path folder;
  private List<GenerationRequest> requests = List.of();

  @BeforeEach
  void makeRequests() {
    Random random = new Random(9);
    List<GenerationRequest> made = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      int[] prompt = random.ints(1 + random.nextInt(30), 0, 50).toArray();
      made.add(new GenerationRequest(prompt, random.nextLong()));
      made.add(new GenerationRequest(prompt.clone(), random.nextLong()));
    }
    requests = made;
  }

  /** Draws depend on seed and position alone, not on who stands beside a completion, or before. */
  @ParameterizedTest
  @CsvSource({"1, 1000", "3, 1000", "7, 1000", "60, 1000", "60, 3"})
  void shouldWriteTheSameInAnyNumberOfSlots(int slots, int blocks) throws IOException {
    DecodingLimits limits = new DecodingLimits(slots, blocks * 64 * POSITION);
    try (LanguageModel model = load()) {
      Decoder decoder = model.decoder();
      List<Generation> written = decoder.generate(requests, OPTIONS, limits, Optional.empty());
      for (int i = 0; i < requests.size(); i++) {
        Generation alone = decoder.generate(List.of(requests.get(i)), OPTIONS).get(0);
        assertThat(written.get(i).tokenIds()).isEqualTo(alone.tokenIds());
        assertThat(written.get(i).logprobs()).containsExactly(alone.logprobs(), within(1e-4f));
        assertThat(written.get(i).stopped()).isEqualTo(alone.stopped());
      }
      assertThat(written.stream().map(g -> g.tokenIds().length).distinct()).hasSizeGreaterThan(5);
    }
  }

  @Test
  void shouldFillASlotAsSoonAsItsCompletionHasEnded() throws IOException {
    int slots = 6;
    Recorded work = new Recorded();
    try (LanguageModel model = load()) {
      model
          .decoder()
          .decode(work, OPTIONS, new DecodingLimits(slots, Long.MAX_VALUE), Optional.empty());
    }
    assertThat(work.finished).hasSize(requests.size()).doesNotHaveDuplicates();
    assertThat(work.finished).as("the order in which they ended").isNotEqualTo(sorted(work));
    assertThat(work.mostTaken).as("running, and half as many ahead").isEqualTo(slots + slots / 2);
    assertThat(work.leastAtFinish)
        .as("running or ready whenever one ended while others waited")
        .isGreaterThanOrEqualTo(slots);
  }

  private static List<Integer> sorted(Recorded work) {
    return work.finished.stream().sorted().toList();
  }

  /** Ends of one step are told one after the other, before their slots are filled. */
  private final class Recorded implements DecodingWork {
    private final List<Integer> finished = new ArrayList<>();
    private int next;
    private int endedTogether;
    private int mostTaken;
    private int leastAtFinish = Integer.MAX_VALUE;

    @Override
    public List<GenerationRequest> next(int most) {
      endedTogether = 0;
      int from = next;
      next = Math.min(requests.size(), from + most);
      mostTaken = Math.max(mostTaken, next - finished.size());
      return requests.subList(from, next);
    }

    @Override
    public void finished(int index, Generation generation) {
      if (next < requests.size()) {
        leastAtFinish = Math.min(leastAtFinish, next - finished.size() + endedTogether);
      }
      endedTogether++;
      finished.add(index);
    }
  }

  @Test
  void shouldWaitForRoomInTheCacheInsteadOfFailing() throws IOException {
    try (LanguageModel model = load()) {
      List<Generation> written =
          model.decoder().generate(requests, OPTIONS, new DecodingLimits(60, 1), Optional.empty());
      assertThat(written).hasSize(requests.size());
    }
  }

  @Test
  void shouldEndWhereTheTextSaysSo() throws IOException {
    try (LanguageModel model = load()) {
      Decoder decoder = model.decoder();
      List<Generation> free = decoder.generate(requests, OPTIONS);
      List<Generation> stopped =
          decoder.generate(
              requests,
              OPTIONS,
              new DecodingLimits(7, Long.MAX_VALUE),
              Optional.of((prompt, tokens) -> tokens.length == 5));
      for (int i = 0; i < free.size(); i++) {
        int length = Math.min(5, free.get(i).tokenIds().length);
        assertThat(stopped.get(i).tokenIds())
            .isEqualTo(java.util.Arrays.copyOf(free.get(i).tokenIds(), length));
        assertThat(stopped.get(i).stopped()).isEqualTo(length == 5 || free.get(i).stopped());
      }
    }
  }

  private LanguageModel load() throws IOException {
    return LanguageModel.load(
        TinyModels.write(folder, TinyModels.config(Family.QWEN3), 11), TinyModels.CPU);
  }
}
