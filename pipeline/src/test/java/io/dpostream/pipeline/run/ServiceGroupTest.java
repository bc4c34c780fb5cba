package io.dpostream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ServiceGroupTest {

  private final List<String> events = new CopyOnWriteArrayList<>();

  private final class Waiting implements Service {
    private final String name;
    private final CountDownLatch stop = new CountDownLatch(1);

    Waiting(String name) {
      this.name = name;
    }

    @Override
    public void run() throws InterruptedException {
      stop.await();
      events.add(name);
    }

    @Override
    public void stop() {
      stop.countDown();
    }
  }

  private static Service failing(RuntimeException error) {
    return new Service() {
      @Override
      public void run() {
        throw error;
      }

      @Override
      public void stop() {}
    };
  }

  @Test
  void shouldStopTheLatestFirstAndWaitForEach() {
    try (ServiceGroup group = new ServiceGroup()) {
      group.start("broker", new Waiting("broker"));
      group.start("trainer", new Waiting("trainer"));
    }

    assertThat(events).containsExactly("trainer", "broker");
  }

  @Test
  void shouldThrowTheFirstFailureAndStillStopTheOthers() {
    IllegalStateException error = new IllegalStateException("broken");
    try (ServiceGroup group = new ServiceGroup()) {
      group.start("sampler", new Waiting("sampler"));
      group.start("judge", failing(error));

      assertThatThrownBy(group::await).isSameAs(error);
    }

    assertThat(events).containsExactly("sampler");
  }

  @Test
  void shouldEndTheWaitWhenFinished() throws Exception {
    try (ServiceGroup group = new ServiceGroup()) {
      assertThat(group.await(Duration.ofMillis(1))).isFalse();
      group.finish();
      assertThat(group.await(Duration.ofSeconds(10))).isTrue();
    }
  }
}
