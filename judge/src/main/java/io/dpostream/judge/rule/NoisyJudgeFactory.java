package io.dpostream.judge.rule;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Evidence;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.JudgeOptions;
import io.dpostream.judge.Judges;
import io.dpostream.judge.PairShare;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import java.util.concurrent.CompletableFuture;

/**
 * The type {@code noisy}: another judge whose preferences are turned round at a known rate, for
 * experiments. Which ones is a function of the pair id and the seed; ties and abstentions stay.
 * Options: {@code judge}, the other judge's {@code type} and options; {@code error_rate}; {@code
 * seed}, by which judges err independently.
 */
public final class NoisyJudgeFactory implements JudgeFactory {
  private static final double DEFAULT_ERROR_RATE = 0.2;

  @Override
  public String name() {
    return "noisy";
  }

  @Override
  public Judge create(JudgeOptions options) {
    double errorRate = options.number("error_rate", DEFAULT_ERROR_RATE, 0, 1);
    int seed = options.integer("seed", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    JudgeOptions inner = options.section("judge");
    return new NoisyJudge(
        Judges.onClassPath().create(inner.required("type"), inner), errorRate, seed);
  }

  private record NoisyJudge(Judge judge, double errorRate, int seed) implements Judge {
    @Override
    public JudgeKind kind() {
      return judge.kind();
    }

    @Override
    public String version() {
      return "noisy-1-" + errorRate + "-" + seed + "-" + judge.version();
    }

    @Override
    public boolean boundsItself() {
      return judge.boundsItself();
    }

    @Override
    public CompletableFuture<Verdict> compare(Comparison comparison) {
      double draw = PairShare.position("noisy " + seed + " " + comparison.pairId());
      CompletableFuture<Verdict> verdict = judge.compare(comparison);
      return draw < errorRate ? verdict.thenApply(NoisyJudge::turned) : verdict;
    }

    private static Verdict turned(Verdict verdict) {
      if (!(verdict instanceof Verdict.Preferred preferred)) {
        return verdict;
      }
      Evidence evidence = preferred.evidence();
      return new Verdict.Preferred(
          preferred.side().other(),
          preferred.confidence(),
          evidence.scoreMargin().map(margin -> evidence.withScoreMargin(-margin)).orElse(evidence));
    }

    @Override
    public void close() {
      judge.close();
    }
  }
}
