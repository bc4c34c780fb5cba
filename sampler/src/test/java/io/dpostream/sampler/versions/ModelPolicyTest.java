package io.dpostream.sampler.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.policy.model.GenerationRequest;
import io.dpostream.sampler.Configs;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.sampler.TinyModel;
import io.dpostream.schemas.Completion;
import io.dpostream.schemas.FinishReason;
import io.dpostream.settings.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Its model writes letters: id 0 ends, ids 1 to 26 are a to z. */
class ModelPolicyTest {
  @TempDir private Path folder;

  private final List<GenerationRequest> requests =
      IntStream.range(0, 40)
          .mapToObj(i -> new GenerationRequest(new int[] {1 + i % 7}, i))
          .toList();

  @BeforeEach
  void writeModel() {
    TinyModel.write(folder, 3);
  }

  @Test
  void shouldEndWithTheFirstTokenThatCompletesAStopText() {
    List<Completion> free = complete("max_new_tokens=30");
    String text = free.get(0).getText();
    String stop = text.substring(3, 5);

    List<Completion> stopped = complete("max_new_tokens=30", "stop=[\"" + stop + "\"]");

    for (int i = 0; i < free.size(); i++) {
      String whole = free.get(i).getText();
      int at = whole.indexOf(stop);
      String expected = at < 0 ? whole : whole.substring(0, at + stop.length());
      assertThat(stopped.get(i).getText()).isEqualTo(expected);
      assertThat(stopped.get(i).getTokenIds())
          .isEqualTo(free.get(i).getTokenIds().subList(0, stopped.get(i).getTokenIds().size()));
      if (at >= 0) {
        assertThat(stopped.get(i).getFinishReason()).isEqualTo(FinishReason.STOP);
      }
    }
    assertThat(stopped.get(0).getText().length()).isLessThan(text.length());
  }

  /** Each token is a letter, so that text and tokens are equally long. */
  @ParameterizedTest
  @ValueSource(ints = {4, 6, 9})
  void shouldPassOverAStopTextThatWasCompleteBeforeTheLeast(int least) {
    String min = "min_new_tokens=" + least;
    List<Completion> free = complete("max_new_tokens=30", min);
    String stop = free.get(0).getText().substring(1, 2);

    List<Completion> stopped = complete("max_new_tokens=30", min, "stop=[\"" + stop + "\"]");

    for (int i = 0; i < free.size(); i++) {
      String whole = free.get(i).getText();
      int at = whole.indexOf(stop, least - 1);
      assertThat(stopped.get(i).getText())
          .isEqualTo(at < 0 ? whole : whole.substring(0, at + stop.length()));
    }
    assertThat(stopped.get(0).getText()).hasSizeGreaterThan(least);
  }

  @Test
  void shouldEndAtStopIdsBesidesTheModelsOwn() {
    for (Completion completion : complete("max_new_tokens=30", "stop_token_ids=[5, 6, 7]")) {
      List<Integer> ids = completion.getTokenIds();
      boolean ended = List.of(0, 5, 6, 7).contains(ids.get(ids.size() - 1));
      assertThat(ids.subList(0, ids.size() - 1)).doesNotContain(0, 5, 6, 7);
      assertThat(completion.getFinishReason() == FinishReason.STOP).isEqualTo(ended);
    }
  }

  @Test
  void shouldWriteBetweenTheLeastAndTheMost() {
    assertThat(complete("min_new_tokens=6", "max_new_tokens=8", "stop_token_ids=[5, 6, 7]"))
        .extracting(completion -> completion.getTokenIds().size())
        .allMatch(size -> size >= 6 && size <= 8)
        .contains(7, 8);
  }

  @Test
  void shouldRefuseAStopIdThatTheModelDoesNotHave() {
    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> complete("stop_token_ids=[99]"))
        .withMessage(
            "sampler.stop_token_ids: 99 is outside the model's vocabulary of 37; take it out");
  }

  private List<Completion> complete(String... settings) {
    SamplerConfig config = Configs.of(settings);
    try (LoadedPolicy policy = ModelPolicy.loader(config).load(folder)) {
      return policy.complete(requests);
    }
  }
}
