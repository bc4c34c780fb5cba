package io.dpostream.judge.human;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ForgottenPairsTest {
  @Test
  void shouldRememberTheNewestIds() {
    ForgottenPairs past = new ForgottenPairs(2);
    for (int i = 1; i <= 3; i++) {
      past.add("p" + i, new OpenPair(), 1);
    }

    assertThat(past.contains("p1")).isFalse();
    assertThat(past.contains("p2")).isTrue();
    assertThat(past.contains("p3")).isTrue();
  }
}
