package io.dpostream.pipeline.metrics;

import io.dpostream.judge.service.JudgeListener;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.ModelCall;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Meters of judgments by judge and verdict: their number, latency, cost and failures. */
final class JudgeMeters implements JudgeListener {
  private static final String PREFIX = "dpo.judge.";

  private final MeterRegistry registry;
  private final JudgeListener pages;
  private final Map<String, Double> gauges = new ConcurrentHashMap<>();

  JudgeMeters(MeterRegistry registry, JudgeListener pages) {
    this.registry = registry;
    this.pages = pages;
  }

  @Override
  public void judged(Judgment judgment) {
    Tags judge = Tags.of("judge", judgment.getJudgeId());
    String verdict = judgment.getVerdict().name().toLowerCase(Locale.ROOT);
    counter("judgments", "Judgments written", judge.and("verdict", verdict)).increment();
    judgment
        .getLatencyMs()
        .ifPresent(
            ms ->
                Timer.builder(PREFIX + "latency")
                    .description("Time from a pair's arrival to its judgment")
                    .tags(judge)
                    .publishPercentiles(0.5, 0.99)
                    .register(registry)
                    .record(Duration.ofMillis(ms)));
    judgment
        .getCostUsd()
        .ifPresent(usd -> counter("cost.usd", "Price of model calls", judge).increment(usd));
    for (ModelCall call : judgment.getCalls()) {
      counter("tokens", "Tokens of model calls", judge.and("kind", "prompt"))
          .increment(call.getPromptTokens());
      counter("tokens", "Tokens of model calls", judge.and("kind", "completion"))
          .increment(call.getCompletionTokens());
    }
  }

  @Override
  public void pageServed(String judgeId, URI address) {
    pages.pageServed(judgeId, address);
  }

  @Override
  public void failed(String judgeId, String pairId, Throwable cause) {
    counter("failures", "Failed attempts", Tags.of("judge", judgeId)).increment();
  }

  @Override
  public void givenUp(String judgeId, String pairId, String reason) {
    counter("given.up", "Pairs given up after the last attempt", Tags.of("judge", judgeId))
        .increment();
  }

  @Override
  public void abstentions(String judgeId, double share, boolean alarm) {
    gauge("recent.abstain.rate", "Abstentions among the last judgments", judgeId, share);
    gauge("abstention.alarm", "1 while a judge abstains too often", judgeId, alarm ? 1 : 0);
  }

  private void gauge(String name, String description, String judgeId, double value) {
    String key = name + " " + judgeId;
    gauges.put(key, value);
    Gauge.builder(PREFIX + name, gauges, values -> values.getOrDefault(key, 0.0))
        .description(description)
        .tags("judge", judgeId)
        .register(registry);
  }

  private Counter counter(String name, String description, Tags tags) {
    return Counter.builder(PREFIX + name).description(description).tags(tags).register(registry);
  }
}
