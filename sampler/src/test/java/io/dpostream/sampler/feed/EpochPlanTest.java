package io.dpostream.sampler.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.schemas.Prompt;
import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochPlanTest {

  @Test
  void shouldKeepTheOrderOfTheFileUnlessToldOtherwise() {
    EpochPlan plan = new EpochPlan(prompts("a", "a", "a"), config(false, 0, Map.of()));
    assertThat(plan.first()).isEqualTo(new FeedPosition(0, 0, ""));
    assertThat(epochs(plan, 2)).containsExactly(List.of(0, 1, 2), List.of(0, 1, 2));
  }

  @Test
  void shouldBeginTheNextEpochWhenTheFileBecameShorter() {
    EpochPlan plan = new EpochPlan(prompts("a", "a"), config(false, 0, Map.of()));
    assertThat(plan.after(new FeedPosition(3, 99, ""))).isEqualTo(new FeedPosition(4, 0, ""));
  }

  @Test
  void shouldShuffleEachEpochAnewAndAlikeForOneSeed() {
    List<Prompt> prompts = prompts(Collections.nCopies(50, "a").toArray(new String[0]));
    List<List<Integer>> epochs = epochs(new EpochPlan(prompts, config(true, 7, Map.of())), 3);
    for (List<Integer> epoch : epochs) {
      assertThat(epoch)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 50).boxed().toList());
    }
    assertThat(epochs).doesNotHaveDuplicates();
    assertThat(epochs(new EpochPlan(prompts, config(true, 7, Map.of())), 3)).isEqualTo(epochs);
    assertThat(epochs(new EpochPlan(prompts, config(true, 8, Map.of())), 3)).isNotEqualTo(epochs);
    // by Java's specified random numbers, so that another release goes on in the same order
    assertThat(epochs.get(0).subList(0, 5)).containsExactly(33, 10, 20, 2, 49);
  }

  @Test
  void shouldFeedByTheWeightsOfTags() {
    Map<String, Double> weights = Map.of("often", 2.0, "seldom", 0.25, "never", 0.0);
    List<Prompt> prompts = prompts("often", "seldom", "never", "other");
    List<List<Integer>> epochs = epochs(new EpochPlan(prompts, config(true, 1, weights)), 8);
    for (List<Integer> epoch : epochs) {
      assertThat(Collections.frequency(epoch, 0)).isEqualTo(2);
      assertThat(Collections.frequency(epoch, 3)).isEqualTo(1);
    }
    List<Integer> all = epochs.stream().flatMap(List::stream).toList();
    assertThat(Collections.frequency(all, 1)).as("8 epochs of a quarter").isEqualTo(2);
    assertThat(all).doesNotContain(2);
  }

  @Test
  void shouldPassOverEpochsWithoutPrompts() {
    EpochPlan plan = new EpochPlan(prompts("seldom"), config(false, 1, Map.of("seldom", 0.25)));
    FeedPosition first = plan.first();
    assertThat(plan.after(first).epoch()).isEqualTo(first.epoch() + 4);
  }

  @Test
  void shouldBeginAnEpochWhenWhatDecidesOnTheOrderHasChanged() {
    List<Prompt> prompts = prompts("a", "b");
    EpochPlan shuffled = new EpochPlan(prompts, config(true, 1, Map.of()));
    assertThat(shuffled.after(new FeedPosition(2, 0, "")).epoch()).isEqualTo(3);
    EpochPlan plain = new EpochPlan(prompts, config(false, 1, Map.of()));
    assertThat(plain.after(shuffled.first())).isEqualTo(new FeedPosition(1, 0, ""));
  }

  @Test
  void shouldRefuseWeightsThatLeaveNothing() {
    assertThatThrownBy(() -> new EpochPlan(prompts("a"), config(false, 0, Map.of("a", 0.0))))
        .isInstanceOf(UserException.class)
        .hasMessage("prompts.weights: leave no prompt of file; give a tag a weight above 0");
  }

  private static List<List<Integer>> epochs(EpochPlan plan, int count) {
    List<List<Integer>> epochs = new ArrayList<>();
    FeedPosition at = plan.first();
    while (at.epoch() < count) {
      while (epochs.size() <= at.epoch()) {
        epochs.add(new ArrayList<>());
      }
      epochs.get(at.epoch()).add(plan.prompt(at));
      at = plan.after(at);
    }
    return epochs;
  }

  private static List<Prompt> prompts(String... tags) {
    return IntStream.range(0, tags.length)
        .mapToObj(i -> Prompt.newBuilder().setId("p" + i).setTags(List.of(tags[i])).build())
        .toList();
  }

  private static FeederConfig config(boolean shuffle, long seed, Map<String, Double> weights) {
    return new FeederConfig("file", 0, 1, shuffle, seed, weights, "", List.of(), "");
  }
}
