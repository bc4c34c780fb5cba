package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.dpostream.policy.torch.EngineOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The whole model against the float64 outputs of stories260K's original implementation. */
class StoriesTest {

  @Test
  void shouldEqualTheOriginalsLogits() throws Exception {
    JsonNode golden = Stories.golden();
    int[] tokens = Stories.ids(golden.path("tokens"));
    try (LanguageModel model =
        LanguageModel.load(CheckpointFolder.open(Stories.folder()), EngineOptions.cpu())) {
      float[] last = model.logits(tokens)[tokens.length - 1];
      JsonNode expected = golden.path("logits_last");
      assertThat(expected).hasSize(last.length);
      for (int id = 0; id < last.length; id++) {
        assertThat((double) last[id]).isCloseTo(expected.get(id).asDouble(), within(1e-4));
      }
    }
  }

  @Test
  void shouldWriteTheOriginalsGreedyTokens() throws Exception {
    JsonNode golden = Stories.golden();
    int[] all = Stories.ids(golden.path("greedy_200"));
    int[] prompt = Stories.ids(golden.path("tokens"));
    int[] expected = Arrays.copyOfRange(all, prompt.length, all.length);
    try (LanguageModel model =
        LanguageModel.load(CheckpointFolder.open(Stories.folder()), EngineOptions.cpu())) {
      List<Generation> written =
          model
              .decoder()
              .generate(
                  List.of(new GenerationRequest(prompt, 0)),
                  SamplingOptions.greedy(expected.length, Set.of()));
      assertThat(written.get(0).tokenIds()).isEqualTo(expected);
    }
  }

  /** A greedy text goes on the same from any of its own prefixes, here three at a time. */
  @Test
  void shouldGoOnTheSameInABatchOfUnequalPrompts() throws Exception {
    int[] all = Stories.ids(Stories.golden().path("greedy_200"));
    int count = 40;
    List<int[]> prompts = IntStream.of(93, 17, 140).mapToObj(n -> Arrays.copyOf(all, n)).toList();
    try (LanguageModel model =
        LanguageModel.load(CheckpointFolder.open(Stories.folder()), EngineOptions.cpu())) {
      List<Generation> written =
          model
              .decoder()
              .generate(
                  prompts.stream().map(prompt -> new GenerationRequest(prompt, 0)).toList(),
                  SamplingOptions.greedy(count, Set.of()));
      for (int row = 0; row < prompts.size(); row++) {
        int from = prompts.get(row).length;
        assertThat(written.get(row).tokenIds())
            .isEqualTo(Arrays.copyOfRange(all, from, from + count));
      }
    }
  }
}
