package io.dpostream.judge.service;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.JudgeOptions;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The type {@code scripted}: takes {@code delay_ms} and prefers the first; fails on every pair with
 * "poison" in its id, and once on every pair with "flaky".
 */
public final class ScriptedJudgeFactory implements JudgeFactory {
  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public Judge create(JudgeOptions options) {
    return new ScriptedJudge(
        options.integer("delay_ms", 0, 0, 60_000), ConcurrentHashMap.newKeySet());
  }

  private record ScriptedJudge(int delayMs, Set<String> seen) implements Judge {
    @Override
    public JudgeKind kind() {
      return JudgeKind.LLM;
    }

    @Override
    public String version() {
      return "scripted";
    }

    @Override
    public CompletableFuture<Verdict> compare(Comparison comparison) {
      boolean first = seen.add(comparison.pairId());
      return CompletableFuture.supplyAsync(
          () -> verdict(comparison.pairId(), first),
          CompletableFuture.delayedExecutor(delayMs, TimeUnit.MILLISECONDS));
    }

    private static Verdict verdict(String pairId, boolean first) {
      if (pairId.contains("poison") || (first && pairId.contains("flaky"))) {
        throw new IllegalStateException("no answer from the model");
      }
      return new Verdict.Preferred(Side.FIRST, 0.9);
    }
  }
}
