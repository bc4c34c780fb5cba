package io.dpostream.judge.llm;

import io.dpostream.judge.Verdict;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;

/**
 * One comparison, from its place in the queue to its verdict. Whoever completes or cancels the
 * verdict from outside stops it: it does not begin any more, or is interrupted.
 */
final class ComparisonTask extends FutureTask<Verdict> {
  private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();

  ComparisonTask(Callable<Verdict> comparison) {
    super(comparison);
    verdict.whenComplete((done, failure) -> cancel(true)); // no effect on what is done already
  }

  /** What comes of it; cancelled when the comparison is. */
  CompletableFuture<Verdict> verdict() {
    return verdict;
  }

  @Override
  protected void set(Verdict done) {
    super.set(done);
    verdict.complete(done);
  }

  @Override
  protected void setException(Throwable failure) {
    super.setException(failure);
    verdict.completeExceptionally(failure);
  }

  @Override
  protected void done() {
    if (isCancelled()) {
      verdict.cancel(true);
    }
  }
}
