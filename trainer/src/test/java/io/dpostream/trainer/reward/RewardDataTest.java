package io.dpostream.trainer.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.UserException;
import io.dpostream.trainer.Records;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RewardDataTest {
  private static final RewardConfig CONFIG =
      Records.with(RewardConfig.defaults(), "evalShare", 0.25, "maxLength", 8);

  /** Two pairs for each of 20 prompts. */
  private static final List<RewardPair> PAIRS =
      IntStream.range(0, 40).mapToObj(i -> pair("prompt " + i % 20, 3)).toList();

  @Test
  void shouldHoldOutWholePrompts() {
    RewardData data = RewardData.of(PAIRS, CONFIG);

    assertThat(prompts(data.heldOut())).hasSize(5);
    assertThat(data.heldOut()).hasSize(10);
    assertThat(prompts(data.training()))
        .hasSize(15)
        .doesNotContainAnyElementsOf(prompts(data.heldOut()));
    assertThat(RewardData.of(PAIRS, CONFIG).heldOut()).isEqualTo(data.heldOut());
    assertThat(RewardData.of(PAIRS, Records.with(CONFIG, "seed", 43L)).heldOut())
        .isNotEqualTo(data.heldOut());
  }

  @Test
  void shouldTrainOnAllWhenNothingIsHeldOut() {
    RewardData data = RewardData.of(PAIRS, Records.with(CONFIG, "evalShare", 0.0));

    assertThat(data.training()).isEqualTo(PAIRS);
    assertThat(data.heldOut()).isEmpty();
  }

  @Test
  void shouldLeaveOutAndCountWhatIsTooLong() {
    RewardData data =
        RewardData.of(
            List.of(pair("a", 8), pair("b", 9), pair("c", 8)), Records.with(CONFIG, "seed", 1L));

    assertThat(data.tooLong()).isEqualTo(1);
    assertThat(data.training().size() + data.heldOut().size()).isEqualTo(2);
  }

  @Test
  void shouldRefuseWhenNothingIsLeft() {
    assertThatThrownBy(() -> RewardData.of(List.of(pair("a", 9)), CONFIG))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("0 of 1 pairs are within reward.max_length 8");
    assertThatThrownBy(() -> RewardData.of(List.of(pair("a", 3)), CONFIG))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("reward.eval_share holds 1 out; nothing is left");
  }

  @Test
  void shouldDrawAnOrderForEachEpoch() {
    RewardData data = RewardData.of(PAIRS, CONFIG);
    List<List<RewardPair>> first = data.batches(CONFIG, 0);

    assertThat(first).hasSize(4); // 30 pairs by 8
    assertThat(first.get(3)).hasSize(6);
    assertThat(flat(first)).containsExactlyInAnyOrderElementsOf(data.training());
    assertThat(flat(first)).isEqualTo(flat(data.batches(CONFIG, 0)));
    assertThat(flat(first)).isNotEqualTo(flat(data.batches(CONFIG, 1)));
  }

  private static List<RewardPair> flat(List<List<RewardPair>> batches) {
    return batches.stream().flatMap(List::stream).toList();
  }

  private static Set<String> prompts(List<RewardPair> pairs) {
    return pairs.stream().map(RewardPair::prompt).collect(Collectors.toCollection(HashSet::new));
  }

  private static RewardPair pair(String prompt, int length) {
    return new RewardPair(prompt, new int[length], new int[2], 0);
  }
}
