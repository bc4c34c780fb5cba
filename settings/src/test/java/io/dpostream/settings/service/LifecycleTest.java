package io.dpostream.settings.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LifecycleTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Lifecycle lifecycle = new Lifecycle();

  @Test
  void shouldNotWorkAfterAStopWasRequested() {
    lifecycle.requestStop();

    lifecycle.run(
        () -> {
          throw new AssertionError("worked");
        });
  }

  @Test
  void shouldWaitForTheWorkToEnd() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Thread thread =
        new Thread(
            () -> {
              try {
                lifecycle.run(
                    () -> {
                      begun.countDown();
                      lifecycle.awaitStopRequest();
                      release.await();
                    });
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.start();
    begun.await();

    lifecycle.requestStop();
    lifecycle.requestStop();

    assertThat(lifecycle.awaitStopped(Duration.ofMillis(1))).isFalse();
    release.countDown();
    assertThat(lifecycle.awaitStopped(LONG)).isTrue();
    thread.join();
  }

  @Test
  void shouldInterruptWorkThatDoesNotSeeTheRequest() throws Exception {
    Lifecycle impatient = new Lifecycle(Duration.ofMillis(50));
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () ->
                impatient.run(
                    () -> {
                      begun.countDown();
                      interrupted.complete(isInterruptedWithin(LONG));
                    }));
    thread.start();
    begun.await();
    assertThat(impatient.awaitStopped(Duration.ofMillis(100))).isFalse();

    impatient.requestStop();

    assertThat(impatient.awaitStopped(LONG)).isTrue();
    assertThat(interrupted.get()).isTrue();
  }

  private static boolean isInterruptedWithin(Duration limit) {
    try {
      Thread.sleep(limit.toMillis());
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Test
  void shouldHaveStoppedWhenTheWorkFails() throws InterruptedException {
    assertThatThrownBy(
            () ->
                lifecycle.run(
                    () -> {
                      throw new IOException("disk");
                    }))
        .isInstanceOf(IOException.class);

    assertThat(lifecycle.awaitStopped(Duration.ZERO)).isTrue();
  }

  @Test
  void shouldNotWaitForWorkThatNeverBegan() throws InterruptedException {
    lifecycle.requestStop();

    assertThat(lifecycle.awaitStopped(LONG)).isTrue();
  }

  @Test
  void shouldEndAPauseByTheRequest() throws InterruptedException {
    assertThat(lifecycle.pause(Duration.ofMillis(1))).isFalse();

    lifecycle.requestStop();

    assertThat(lifecycle.pause(LONG)).isTrue();
  }

  @Test
  void shouldRunOnce() {
    lifecycle.run(() -> {});

    assertThatIllegalStateException().isThrownBy(() -> lifecycle.run(() -> {}));
  }
}
