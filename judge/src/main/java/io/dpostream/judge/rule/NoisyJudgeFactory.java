package io.dpostream.judge.rule;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Evidence;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.Judges;
import io.dpostream.judge.PairShare;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import java.util.concurrent.CompletableFuture;

/**
 * The type {@code noisy}: another judge whose preferences are turned round at a known rate, for
 * experiments. Which ones is a function of the pair id and the seed; ties and abstentions stay.
 */
public final class NoisyJudgeFactory implements JudgeFactory<NoisyOptions> {
  @Override
  public String name() {
    return "noisy";
  }

  @Override
  public Class<NoisyOptions> optionsType() {
    return NoisyOptions.class;
  }

  @Override
  public Judge create(NoisyOptions options, String path) {
    Judge other = Judges.onClassPath().create(options.judge(), path + ".judge");
    return new NoisyJudge(other, options.errorRate(), options.seed());
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
