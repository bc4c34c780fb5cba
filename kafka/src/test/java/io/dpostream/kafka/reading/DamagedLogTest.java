package io.dpostream.kafka.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class DamagedLogTest {
  @Test
  void shouldNamePlaceAndRemedy() {
    KafkaException byClient =
        new KafkaException(
            "Received exception when fetching the next record from steps-0. If needed, please seek"
                + " past the record to continue consumption.",
            new KafkaException(
                "Record batch for partition steps-0 at offset 12 is invalid, cause: Record is"
                    + " corrupt (stored crc = 1, computed crc = 2)"));
    KafkaException byBroker =
        new KafkaException(
            "Encountered corrupt message when fetching offset 12 for topic-partition steps-0");
    for (KafkaException damaged : new KafkaException[] {byClient, byBroker}) {
      assertThatExceptionOfType(UserException.class)
          .isThrownBy(() -> DamagedLog.explained(damaged))
          .withMessageStartingWith("a topic is damaged: ")
          .withMessageContaining("steps-0")
          .withMessageContaining("offset 12")
          .withMessageContaining("restore it");
    }
  }

  @Test
  void shouldLeaveOtherFailuresAsTheyAre() {
    KafkaException other = new TimeoutException("no answer at offset 12");
    assertThat(DamagedLog.explained(other)).isSameAs(other);
  }
}
