package io.dpostream.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionVersionTest {
  @Test
  void shouldHaveNothingAgainstTransactionsWithAnEpochEach() {
    assertThat(TransactionVersion.problem(2, 2)).isEmpty();
  }

  @Test
  void shouldHaveNothingAgainstALaterLevel() {
    assertThat(TransactionVersion.problem(3, 3)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldSayWhyAndHowToRaiseALowLevel(int level) {
    assertThat(TransactionVersion.problem(level, 2))
        .contains(
            "Kafka's feature transaction.version is "
                + level
                + " and should be 2: a delayed write of an ended transaction can land in"
                + " the producer's next one (KIP-890); raise it with kafka-features.sh"
                + " --bootstrap-server HOST:PORT upgrade --feature transaction.version=2");
  }

  @Test
  void shouldNotAdviseALevelThatTheBrokersDoNotKnow() {
    assertThat(TransactionVersion.problem(0, 1))
        .hasValueSatisfying(
            line -> assertThat(line).endsWith("know no level above 1, upgrade them"));
  }
}
