package io.dpostream.pipeline.endtoend;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import java.util.concurrent.CompletableFuture;

/** A judge that decides one pair in twenty, by its id. */
public final class MostlyTiesJudgeFactory implements JudgeFactory<MostlyTiesJudgeFactory.Options> {

  /** No options. */
  public record Options() {}

  @Override
  public String name() {
    return "mostly-ties";
  }

  @Override
  public Class<Options> optionsType() {
    return Options.class;
  }

  @Override
  public Judge create(Options options, String path) {
    return new Judge() {
      @Override
      public JudgeKind kind() {
        return JudgeKind.RULE;
      }

      @Override
      public String version() {
        return "mostly-ties-1";
      }

      @Override
      public CompletableFuture<Verdict> compare(Comparison comparison) {
        return CompletableFuture.completedFuture(
            Math.floorMod(comparison.pairId().hashCode(), 20) == 0
                ? new Verdict.Preferred(Side.FIRST, 1)
                : new Verdict.Tie());
      }
    };
  }
}
