package io.dpostream.judge.rule;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.PairShare;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import java.util.concurrent.CompletableFuture;

/**
 * The type {@code random}: a coin thrown once for each pair id, for control experiments. A policy
 * must not become better from its verdicts.
 */
public final class RandomJudgeFactory implements JudgeFactory<RandomOptions> {
  @Override
  public String name() {
    return "random";
  }

  @Override
  public Class<RandomOptions> optionsType() {
    return RandomOptions.class;
  }

  @Override
  public Judge create(RandomOptions options, String path) {
    return new RandomJudge(options.seed());
  }

  private record RandomJudge(int seed) implements Judge {
    @Override
    public JudgeKind kind() {
      return JudgeKind.RULE;
    }

    @Override
    public String version() {
      return "random-1-" + seed;
    }

    @Override
    public CompletableFuture<Verdict> compare(Comparison comparison) {
      double coin = PairShare.position("random " + seed + " " + comparison.pairId());
      return CompletableFuture.completedFuture(
          new Verdict.Preferred(coin < 0.5 ? Side.FIRST : Side.SECOND, 1));
    }
  }
}
