package io.dpostream.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.errors.InterruptException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BackgroundWorkTest {
  private final BackgroundWork work = new BackgroundWork("background-work-test");

  @AfterEach
  void close() {
    work.close();
  }

  @Test
  void shouldWorkBesideItsOwnerUntilItIsAwaited() {
    CountDownLatch ownerGoesOn = new CountDownLatch(1);
    List<String> done = new CopyOnWriteArrayList<>();

    work.start(
        () -> {
          await(ownerGoesOn);
          done.add("task");
        });
    done.add("owner");
    ownerGoesOn.countDown();
    work.await();

    assertThat(done).containsExactly("owner", "task");
  }

  @Test
  void shouldThrowOnceWhatATaskThrew() {
    IllegalStateException failure = new IllegalStateException("the disk is full");
    work.start(
        () -> {
          throw failure;
        });

    assertThatThrownBy(work::await).isSameAs(failure);
    work.await();
  }

  @Test
  void shouldSayThatATaskHasFailedBeforeItIsAwaited() {
    CountDownLatch goesOn = new CountDownLatch(1);
    assertThat(work.hasFailed()).isFalse();
    work.start(
        () -> {
          await(goesOn);
          throw new IllegalStateException("the disk is full");
        });
    assertThat(work.hasFailed()).isFalse();
    goesOn.countDown();

    Awaitility.await().until(work::hasFailed);
    assertThatThrownBy(work::await).hasMessage("the disk is full");
    assertThat(work.hasFailed()).isFalse();
  }

  @Test
  @Timeout(20)
  void shouldNotWaitForATaskThatIsGivenUp() {
    work.start(() -> await(new CountDownLatch(1)));

    work.giveUp();
    work.close();

    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void shouldStopWaitingWhenInterrupted() {
    CountDownLatch never = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    work.start(
        () -> {
          await(never);
          ended.set(true);
        });

    Thread.currentThread().interrupt();
    assertThatThrownBy(work::await).isInstanceOf(InterruptException.class);
    work.close(); // interrupted still, and so is the task

    assertThat(Thread.interrupted()).isTrue();
    assertThat(ended).isTrue();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
