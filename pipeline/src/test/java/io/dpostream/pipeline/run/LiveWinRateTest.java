package io.dpostream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.pipeline.progress.Progress.Version;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LiveWinRateTest {

  @Test
  void shouldMeasureEverySoManySteps() {
    AtomicReference<Optional<Version>> newest = new AtomicReference<>(Optional.empty());
    List<Long> measured = new CopyOnWriteArrayList<>();
    LiveWinRate live =
        new LiveWinRate(
            newest::get,
            version -> {
              measured.add(version.step());
              return new WinRate(version.step(), 0, 0);
            },
            20);
    try (ServiceGroup services = new ServiceGroup()) {
      services.start("live", live);
      for (long step : new long[] {10, 25, 30, 50}) {
        newest.set(Optional.of(new Version(step, "file:/v", "a", "b", step)));
        if (step == 25 || step == 50) {
          await().until(() -> live.latest().equals(Optional.of(new WinRate(step, 0, 0))));
        }
      }
    }

    assertThat(measured).containsExactly(25L, 50L);
  }
}
