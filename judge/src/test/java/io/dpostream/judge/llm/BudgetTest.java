package io.dpostream.judge.llm;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BudgetTest {
  private final AtomicLong nanoTime = new AtomicLong();

  @Test
  void shouldGiveOutWhatAMinuteBrings() {
    Budget budget = new Budget(60, 60, nanoTime::get);

    assertThat(budget.tryTake(60)).isZero();
    assertThat(budget.tryTake(5)).isEqualTo(SECONDS.toNanos(5)); // one unit a second
    nanoTime.addAndGet(SECONDS.toNanos(4));
    assertThat(budget.tryTake(5)).isEqualTo(SECONDS.toNanos(1));
    nanoTime.addAndGet(SECONDS.toNanos(1));
    assertThat(budget.tryTake(5)).isZero();
    assertThat(budget.tryTake(1)).isEqualTo(SECONDS.toNanos(1));
  }

  @Test
  void shouldSaveNoMoreThanItsLimit() {
    Budget budget = new Budget(60, 1, nanoTime::get);
    nanoTime.addAndGet(SECONDS.toNanos(3600));

    assertThat(budget.tryTake(1)).isZero();
    assertThat(budget.tryTake(1)).isEqualTo(SECONDS.toNanos(1));
  }

  @Test
  void shouldMakeGoodADebtFirst() {
    Budget budget = new Budget(60, 60, nanoTime::get);
    assertThat(budget.tryTake(60)).isZero();

    budget.giveBack(-10);

    assertThat(budget.tryTake(1)).isEqualTo(SECONDS.toNanos(11));
  }

  @Test
  void shouldGiveWhatIsGivenBackToWhoWaits() throws Exception {
    Budget budget = new Budget(60, 60, nanoTime::get);
    assertThat(budget.take(100)).isEqualTo(60);
    CompletableFuture<Long> taken = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              try {
                taken.complete(budget.take(50));
              } catch (InterruptedException e) {
                taken.completeExceptionally(e);
              }
            });
    waiting.start();
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

    budget.giveBack(50); // its clock stands still, so nothing else can help

    await().until(taken::isDone);
    assertThat(taken.get()).isEqualTo(50);
  }
}
