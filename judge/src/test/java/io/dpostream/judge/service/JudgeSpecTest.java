package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.service.JudgeSpec.Delivery;
import io.dpostream.schemas.JudgeKind;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgeSpecTest {
  @Test
  void shouldGiveJudgesThatTakeTheirTimeEachPairUnderALock() {
    JudgeSpec spec = JudgeSpec.of("judge", Map.of("id", "a", "type", "any"));

    assertThat(spec.deliveryTo(JudgeKind.RULE)).isEqualTo(Delivery.TRANSACTIONS);
    assertThat(spec.deliveryTo(JudgeKind.LLM)).isEqualTo(Delivery.SHARE_GROUP);
    assertThat(spec.deliveryTo(JudgeKind.REWARD_MODEL)).isEqualTo(Delivery.SHARE_GROUP);
  }

  @Test
  void shouldDeliverAsConfigured() {
    JudgeSpec spec =
        JudgeSpec.of("judge", Map.of("id", "a", "type", "any", "delivery", "transactions"));

    assertThat(spec.deliveryTo(JudgeKind.LLM)).isEqualTo(Delivery.TRANSACTIONS);
  }
}
