package io.dpostream.pipeline.run;

import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.pipeline.progress.Progress.Version;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import io.dpostream.settings.service.WorkEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures a run's newest version during training, as an estimate to watch rather than the result.
 */
final class LiveWinRate implements Service {
  private static final Duration LOOK = Duration.ofMillis(200);

  /** Measures one version. */
  @FunctionalInterface
  interface Measure {
    WinRate of(Version version) throws InterruptedException;
  }

  private final Supplier<Optional<Version>> newest;
  private final Measure measure;
  private final long everySteps;
  private final Lifecycle lifecycle = new Lifecycle();
  private volatile Optional<WinRate> latest = Optional.empty();

  /**
   * @param everySteps number of steps from one measured version to the next
   */
  LiveWinRate(Supplier<Optional<Version>> newest, Measure measure, long everySteps) {
    this.newest = newest;
    this.measure = measure;
    this.everySteps = everySteps;
  }

  /** The newest measurement. */
  Optional<WinRate> latest() {
    return latest;
  }

  @Override
  public void run() throws InterruptedException {
    lifecycle.run(this::follow);
  }

  private void follow() throws InterruptedException {
    long next = everySteps;
    while (!lifecycle.pause(LOOK)) {
      Optional<Version> version = newest.get();
      if (version.isPresent() && version.get().step() >= next) {
        next = version.get().step() + everySteps;
        try (WorkEvent work = WorkEvent.begin("measurement", "win rate", version.get().step())) {
          latest = Optional.of(measure.of(version.get()));
        }
      }
    }
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
