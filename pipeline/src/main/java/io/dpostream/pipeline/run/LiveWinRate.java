package io.dpostream.pipeline.run;

import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.pipeline.progress.Progress.Version;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Measures a run's newest version while it trains: an estimate to watch, not the result. */
final class LiveWinRate implements Service {

  /** Measures one version. */
  @FunctionalInterface
  interface Measure {
    WinRate of(Version version) throws InterruptedException;
  }

  private final Supplier<Optional<Version>> newest;
  private final Measure measure;
  private final long everySteps;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Optional<WinRate> latest = Optional.empty();

  /**
   * @param everySteps steps from one measured version to the next
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
    long next = everySteps;
    while (!stopped.await(200, TimeUnit.MILLISECONDS)) {
      Optional<Version> version = newest.get();
      if (version.isPresent() && version.get().step() >= next) {
        next = version.get().step() + everySteps;
        latest = Optional.of(measure.of(version.get()));
      }
    }
  }

  @Override
  public void stop() {
    stopped.countDown();
  }
}
