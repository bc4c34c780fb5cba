package io.dpostream.judge.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.service.JudgeSpec.Delivery;
import io.dpostream.schemas.JudgeKind;
import java.util.List;
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
  void shouldCountTheMachinesThatSeeTheSamePairs() {
    List<Map<String, Object>> judges =
        List.of(
            Map.of("id", "a", "type", "rule", "share", 0.5),
            Map.of("id", "b", "type", "rule", "share_from", 0.5),
            Map.of("id", "c", "type", "llm", "share_from", 0.4, "share", 0.2),
            Map.of("id", "people", "type", "human"));
    JudgeConfig d = JudgeConfig.defaults();
    JudgeConfig config =
        new JudgeConfig(
            judges,
            d.instance(),
            d.maxAttempts(),
            d.retryBackoffMs(),
            d.verdictTimeoutMs(),
            d.maxPollRecords(),
            d.sessionTimeoutMs(),
            d.lockMs());

    assertThat(config.machinesOnOnePair()).isEqualTo(2); // a and c, then b and c
    assertThat(d.machinesOnOnePair()).isEqualTo(1);
  }

  @Test
  void shouldDeliverAsConfigured() {
    JudgeSpec spec =
        JudgeSpec.of("judge", Map.of("id", "a", "type", "any", "delivery", "transactions"));

    assertThat(spec.deliveryTo(JudgeKind.LLM)).isEqualTo(Delivery.TRANSACTIONS);
  }
}
