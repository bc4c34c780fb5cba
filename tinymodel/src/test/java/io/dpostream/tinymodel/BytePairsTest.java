package io.dpostream.tinymodel;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.tinymodel.BytePairs.Merge;
import java.util.List;
import org.junit.jupiter.api.Test;

class BytePairsTest {

  /**
   * "aa b aa": the words are "aa", " b", " aa". The pair (a, a) stands twice, (Ġ, aa) and (Ġ, b)
   * once. After the first merge nothing is left that stands twice.
   */
  @Test
  void shouldMergeTheMostFrequentPairUntilNoneStandsTwice() {
    assertThat(BytePairs.learn(List.of("aa b aa"), 10)).containsExactly(new Merge("a", "a"));
  }

  /** (l, o) and (o, w) stand three times each: l comes before o. Then (lo, w). */
  @Test
  void shouldBreakTiesByTheAlphabet() {
    assertThat(BytePairs.learn(List.of("low", "low", "low"), 10))
        .containsExactly(new Merge("l", "o"), new Merge("lo", "w"));
  }

  @Test
  void shouldNeverMergeAcrossWords() {
    assertThat(BytePairs.learn(List.of("a b", "a b", "12a", "12a"), 10))
        .containsExactly(new Merge("1", "2"), new Merge("\u0120", "b"));
  }

  @Test
  void shouldStopAtTheLimit() {
    assertThat(BytePairs.learn(List.of("low", "low"), 1)).hasSize(1);
  }
}
