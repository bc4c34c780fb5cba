package io.dpostream.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dpostream.settings.UserException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairShareTest {
  @Test
  void shouldPlaceAnIdByItsSha256() {
    // sha256("abc") = ba7816bf8f01cfea...; python: (0xba7816bf8f01cfea >> 11) / 2**53
    assertThat(PairShare.position("abc")).isEqualTo(0.7283949105904021, within(1e-15));
  }

  @Test
  void shouldGiveEachPairToExactlyOneOfTwoComplementaryShares() {
    PairShare few = new PairShare(0, 0.05);
    PairShare others = new PairShare(0.05, 1);

    long seen = IntStream.range(0, 10_000).filter(i -> few.includes("pair-" + i)).count();

    // 500 expected, standard deviation sqrt(10000 * .05 * .95) = 22
    assertThat(seen).isBetween(400L, 600L);
    assertThat(IntStream.range(0, 10_000).mapToObj(i -> "pair-" + i))
        .allMatch(id -> few.includes(id) != others.includes(id))
        .allMatch(PairShare.ALL::includes);
  }

  @Test
  void shouldRefuseAnEmptyShare() {
    assertThatThrownBy(() -> new PairShare(0, 0)).isInstanceOf(UserException.class);
    assertThatThrownBy(() -> new PairShare(0.5, 1.5)).isInstanceOf(UserException.class);
  }
}
