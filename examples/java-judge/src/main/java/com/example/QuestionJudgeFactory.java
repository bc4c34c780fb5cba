package com.example;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.Judge;
import io.dpostream.judge.JudgeFactory;
import io.dpostream.judge.Side;
import io.dpostream.judge.Verdict;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import java.util.concurrent.CompletableFuture;

/**
 * The type {@code question}: prefers the completion that asks back, or with {@code asks: false} the
 * one that does not.
 */
public final class QuestionJudgeFactory implements JudgeFactory<QuestionJudgeFactory.Options> {

  /** The type's options, each with its meaning and default. */
  public record Options(
      @Doc("Whether the one that asks back is preferred, or the one that does not.")
          @Default("true")
          boolean asks) {}

  @Override
  public String name() {
    return "question";
  }

  @Override
  public Class<Options> optionsType() {
    return Options.class;
  }

  @Override
  public Judge create(Options options, String path) {
    return new QuestionJudge(options.asks());
  }

  private record QuestionJudge(boolean asks) implements Judge {
    @Override
    public JudgeKind kind() {
      return JudgeKind.RULE;
    }

    @Override
    public String version() {
      return "question-1-" + asks;
    }

    @Override
    public CompletableFuture<Verdict> compare(Comparison comparison) {
      boolean first = comparison.text(Side.FIRST).contains("?") == asks;
      boolean second = comparison.text(Side.SECOND).contains("?") == asks;
      return CompletableFuture.completedFuture(
          first == second
              ? new Verdict.Tie()
              : new Verdict.Preferred(first ? Side.FIRST : Side.SECOND, 1));
    }
  }
}
