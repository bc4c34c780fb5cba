package io.dpostream.pipeline.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.dpostream.judge.stats.JudgeStatistics;
import io.dpostream.sampler.SamplerListener.Batch;
import io.dpostream.sampler.pacing.PacingState;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.ModelCall;
import io.dpostream.schemas.OutcomeKind;
import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetersTest {
  private final Meters meters = new Meters("r1");
  private final Listeners listeners = meters.listeners();

  @AfterEach
  void tearDown() {
    meters.close();
  }

  @Test
  void shouldShowTheLastStepAndAddUpWhatThisProcessTrained() {
    listeners.trainer().history(step(1, 0.7, 0.0));
    assertThat(meters.scrape()).contains("dpo_trainer_step{run=\"r1\"} 1.0");

    listeners.trainer().recorded(step(2, 0.5, 0.25));
    listeners.trainer().recorded(step(3, 0.4, 0.5));

    assertThat(meters.scrape().lines())
        .contains(
            "dpo_trainer_step{run=\"r1\"} 3.0",
            "dpo_trainer_loss{run=\"r1\"} 0.4",
            "dpo_trainer_rewards_margins{run=\"r1\"} 0.5",
            "dpo_trainer_kl{run=\"r1\"} 0.01",
            "dpo_trainer_pairs_total{run=\"r1\"} 32.0", // 2 recorded steps of 16
            "dpo_trainer_tokens_total{run=\"r1\"} 200.0",
            "dpo_trainer_step_duration_seconds_sum{run=\"r1\"} 3.0");
  }

  @Test
  void shouldShowWhereThePairsAre() {
    listeners.sampler().committed(new Batch(4, 16, 320, Duration.ofSeconds(2)));
    listeners.sampler().paced(new PacingState(10, Map.of(OutcomeKind.TIE, 7L), 3, 1, 0, 0, 5, 0.5));
    listeners.assembler().ended(OutcomeKind.TIE);

    assertThat(meters.scrape().lines())
        .contains(
            "dpo_sampler_version{run=\"r1\"} 4.0",
            "dpo_sampler_pairs_total{run=\"r1\"} 16.0",
            "dpo_sampler_tokens_total{run=\"r1\"} 320.0",
            "dpo_sampler_waiting{run=\"r1\"} 3.0",
            "dpo_sampler_waiting_for_people{run=\"r1\"} 1.0",
            "dpo_sampler_untrained{run=\"r1\"} 5.0",
            "dpo_assembler_outcomes_total{outcome=\"tie\",run=\"r1\"} 1.0",
            "dpo_assembler_outcomes_total{outcome=\"preferred\",run=\"r1\"} 0.0");
  }

  @Test
  void shouldCountJudgmentsByJudgeAndVerdict() {
    listeners.judge().judged(judgment("llm", "p1", VerdictKind.FIRST));
    listeners.judge().judged(judgment("llm", "p2", VerdictKind.TIE));
    listeners.judge().failed("llm", "p3", new IllegalStateException());

    assertThat(meters.scrape().lines())
        .contains(
            "dpo_judge_judgments_total{judge=\"llm\",run=\"r1\",verdict=\"first\"} 1.0",
            "dpo_judge_judgments_total{judge=\"llm\",run=\"r1\",verdict=\"tie\"} 1.0",
            "dpo_judge_latency_seconds_count{judge=\"llm\",run=\"r1\"} 2",
            "dpo_judge_latency_seconds_sum{judge=\"llm\",run=\"r1\"} 3.0",
            "dpo_judge_cost_usd_total{judge=\"llm\",run=\"r1\"} 0.5",
            "dpo_judge_tokens_total{judge=\"llm\",kind=\"prompt\",run=\"r1\"} 200.0",
            "dpo_judge_failures_total{judge=\"llm\",run=\"r1\"} 1.0");
  }

  @Test
  void shouldShowHowManyOfAJudgesLastJudgmentsAreAbstentions() {
    listeners.judge().abstentions("llm", 0.25, false);
    listeners.judge().abstentions("llm", 0.75, true);

    assertThat(meters.scrape().lines())
        .contains(
            "dpo_judge_recent_abstain_rate{judge=\"llm\",run=\"r1\"} 0.75",
            "dpo_judge_abstention_alarm{judge=\"llm\",run=\"r1\"} 1.0");
  }

  @Test
  void shouldShowHowGoodJudgesAreAndForgetThoseThatAreGone() {
    JudgeQualityMeters quality = meters.judgeQuality();
    quality.update(
        JudgeStatistics.of(
            List.of(
                judgment("llm", "p1", VerdictKind.FIRST), judgment("llm", "p2", VerdictKind.TIE)),
            1));
    assertThat(meters.scrape()).contains("dpo_judge_tie_rate{judge=\"llm\",run=\"r1\"} 0.5");
    assertThat(meters.scrape()).doesNotContain("dpo_judge_kappa_people{");

    quality.update(List.of());
    assertThat(meters.scrape()).doesNotContain("dpo_judge_tie_rate{");
  }

  @Test
  void shouldShowTheNumbersOfKafkaClients() {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                "127.0.0.1:1",
                "client.id",
                "meters-" + UUID.randomUUID() + "-test"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      assertThat(producer.metrics()).isNotEmpty();
      assertThat(meters.scrape())
          .contains("kafka_producer_records_sent{client=\"meters-test\",run=\"r1\"} 0.0");
    }
    assertThat(meters.scrape()).doesNotContain("meters-test");
  }

  private static TrainingStep step(long step, double loss, double margin) {
    StepTaken taken =
        StepTaken.newBuilder()
            .setStep(step)
            .setRanges(List.of())
            .setPairs(16)
            .setLoss(loss)
            .setMetrics(Map.of("rewards/margins", margin, "kl", 0.01))
            .setTokens(100)
            .setDigest("")
            .setDurationMs(1500)
            .build();
    return TrainingStep.newBuilder()
        .setRunId("r1")
        .setSequence(step)
        .setRecordedAt(Instant.EPOCH)
        .setEvent(taken)
        .build();
  }

  private static Judgment judgment(String judge, String pair, VerdictKind verdict) {
    return Judgment.newBuilder()
        .setJudgmentId(judge + pair)
        .setPairId(pair)
        .setContentHash("")
        .setJudgeId(judge)
        .setJudgeKind(JudgeKind.LLM)
        .setJudgeVersion("1")
        .setVerdict(verdict)
        .setConfidence(1)
        .setLatencyMs(1500L)
        .setCostUsd(0.25)
        .setCalls(
            List.of(
                ModelCall.newBuilder()
                    .setFirstShown(VerdictKind.FIRST)
                    .setVerdict(verdict)
                    .setRaw("")
                    .setPromptTokens(100)
                    .setLatencyMs(1500)
                    .build()))
        .setCreatedAt(Instant.EPOCH)
        .build();
  }
}
