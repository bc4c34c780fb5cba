package io.dpostream.judge.service;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.settings.Default;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The type {@code scripted}: takes {@code delay_ms} and prefers the first; fails on every pair with
 * "poison" in its id, and once on every pair with "flaky"; never answers on a pair with "hang", or
 * on any when {@code hangs} is true; breaks down on one with "overflow".
 */
public final class ScriptedJudgeFactory implements JudgeFactory<ScriptedJudgeFactory.Options> {

  /** How long it takes, and whether it never answers. */
  public record Options(@Default("0") int delayMs, @Default("false") boolean hangs) {}

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public Class<Options> optionsType() {
    return Options.class;
  }

  @Override
  public Judge create(Options options, String path) {
    return new ScriptedJudge(options.delayMs(), options.hangs(), ConcurrentHashMap.newKeySet());
  }

  private static final Map<String, InFlight> IN_FLIGHT = new ConcurrentHashMap<>();
  private static final Map<String, Integer> HANGING = new ConcurrentHashMap<>();

  /** The most comparisons at once in this process of pairs whose id is a name, a dash and more. */
  static int mostInFlight(String name) {
    return inFlight(name).most.get();
  }

  /** How many comparisons of a pair in this process never end. */
  static int hanging(String pairId) {
    return HANGING.getOrDefault(pairId, 0);
  }

  private static InFlight inFlight(String pairId) {
    String name = pairId.substring(0, (pairId + "-").indexOf('-'));
    return IN_FLIGHT.computeIfAbsent(name, none -> new InFlight());
  }

  /** Comparisons under way, and the most that ever were. */
  private static final class InFlight {
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    private void begin() {
      most.accumulateAndGet(now.incrementAndGet(), Math::max);
    }

    private void end() {
      now.decrementAndGet();
    }
  }

  private record ScriptedJudge(int delayMs, boolean hangs, Set<String> seen) implements Judge {
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
      if (comparison.pairId().contains("overflow")) {
        throw new StackOverflowError("too deep");
      }
      if (hangs || comparison.pairId().contains("hang")) {
        HANGING.merge(comparison.pairId(), 1, Integer::sum);
        System.out.println("hangs on " + comparison.pairId()); // read by who started the process
        return new CompletableFuture<>();
      }
      InFlight inFlight = inFlight(comparison.pairId());
      inFlight.begin();
      return CompletableFuture.supplyAsync(
              () -> verdict(comparison.pairId(), first),
              CompletableFuture.delayedExecutor(delayMs, TimeUnit.MILLISECONDS))
          .whenComplete((verdict, failure) -> inFlight.end());
    }

    private static Verdict verdict(String pairId, boolean first) {
      if (pairId.contains("poison") || (first && pairId.contains("flaky"))) {
        throw new IllegalStateException("no answer from the model");
      }
      return new Verdict.Preferred(Side.FIRST, 0.9);
    }
  }
}
