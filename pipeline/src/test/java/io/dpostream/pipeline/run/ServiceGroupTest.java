package io.dpostream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ServiceGroupTest {

  private final List<String> events = new CopyOnWriteArrayList<>();
  private final CountDownLatch begun = new CountDownLatch(2);

  private final class Waiting implements Service {
    private final String name;
    private final Lifecycle lifecycle = new Lifecycle();

    Waiting(String name) {
      this.name = name;
    }

    @Override
    public void run() throws InterruptedException {
      lifecycle.run(
          () -> {
            begun.countDown();
            lifecycle.awaitStopRequest();
            events.add(name);
          });
    }

    @Override
    public void requestStop() {
      lifecycle.requestStop();
    }

    @Override
    public boolean awaitStopped(Duration limit) throws InterruptedException {
      return lifecycle.awaitStopped(limit);
    }
  }

  private static Service failing(RuntimeException error) {
    return new Service() {
      @Override
      public void run() {
        throw error;
      }

      @Override
      public void requestStop() {}

      @Override
      public boolean awaitStopped(Duration limit) {
        return true;
      }
    };
  }

  @Test
  void shouldStopTheLatestFirstAndWaitForEach() throws InterruptedException {
    try (ServiceGroup group = new ServiceGroup()) {
      group.start("broker", new Waiting("broker"));
      group.start("trainer", new Waiting("trainer"));
      begun.await();
    }

    assertThat(events).containsExactly("trainer", "broker");
  }

  @Test
  void shouldThrowTheFirstFailureAndStillStopTheOthers() throws InterruptedException {
    IllegalStateException error = new IllegalStateException("broken");
    try (ServiceGroup group = new ServiceGroup()) {
      group.start("sampler", new Waiting("sampler"));
      begun.countDown();
      begun.await();
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
