package io.dpostream.policy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomDrawsTest {

  /** Checks the definition in the Javadoc, evaluated with Python's integers. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0.8833108082136426",
    "0, 1, 0.43152799704850997",
    "42, 7, 0.15289334222649975",
    "-1, 1000, 0.9290188979218957"
  })
  void shouldBeTheDocumentedHash(long seed, int position, double expected) {
    assertThat(RandomDraws.uniform(seed, position)).isEqualTo(expected);
  }

  /** The mean of 100,000 uniform numbers has a standard deviation of 0.00091; five of them. */
  @Test
  void shouldBeUniformOverSeedsAndOverPositions() {
    assertThat(
            IntStream.range(0, 100_000).mapToDouble(seed -> RandomDraws.uniform(seed, 3)).average())
        .hasValueCloseTo(0.5, within(0.0046));
    assertThat(IntStream.range(0, 100_000).mapToDouble(at -> RandomDraws.uniform(7, at)).average())
        .hasValueCloseTo(0.5, within(0.0046));
  }
}
