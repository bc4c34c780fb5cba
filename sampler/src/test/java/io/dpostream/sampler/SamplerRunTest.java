package io.dpostream.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.kafka.KafkaSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerRunTest {

  @Test
  void shouldTellASamplerOfARunFromThatOfARunWhoseNameEndsLikeIt() {
    KafkaSettings kafka = new KafkaSettings("localhost:1", "http://localhost:2", "a.", Map.of());
    assertThat(SamplerRun.groupId(kafka, "exp-2")).isEqualTo("a.sampler-exp-2");
    assertThat(SamplerRun.transactionalId(kafka, "exp", "2-x")).isEqualTo("a.sampler-exp/2-x");
    assertThat(SamplerRun.transactionalId(kafka, "exp-2", "x")).isEqualTo("a.sampler-exp-2/x");
  }
}
