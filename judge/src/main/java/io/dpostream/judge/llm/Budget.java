package io.dpostream.judge.llm;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * So many units a minute, given out in the order in which they are asked for. What nobody takes is
 * saved up to a limit. Thread-safe.
 */
final class Budget {
  private static final double MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private final long perMinute;
  private final long most;
  private final LongSupplier nanoTime;
  private final Lock turn = new ReentrantLock(true);
  private double left;
  private long countedAt;

  /**
   * A full budget.
   *
   * @param most that is saved up, and that can be taken at once
   * @param nanoTime the time, see {@link System#nanoTime}
   */
  Budget(long perMinute, long most, LongSupplier nanoTime) {
    this.perMinute = perMinute;
    this.most = most;
    this.nanoTime = nanoTime;
    this.left = most;
    this.countedAt = nanoTime.getAsLong();
  }

  /** A budget that nobody waits for. */
  static Budget unlimited() {
    return new Budget(Long.MAX_VALUE, Long.MAX_VALUE, System::nanoTime);
  }

  /** Waits for some units, at most what can be saved up, takes them and says how many it took. */
  long take(long wanted) throws InterruptedException {
    long units = Math.min(wanted, most);
    turn.lockInterruptibly();
    try {
      synchronized (this) {
        for (long nanos = tryTake(units); nanos > 0; nanos = tryTake(units)) {
          TimeUnit.NANOSECONDS.timedWait(this, nanos);
        }
      }
    } finally {
      turn.unlock();
    }
    return units;
  }

  /** Takes some units and returns 0, or returns the nanoseconds until they will be there. */
  synchronized long tryTake(long units) {
    long now = nanoTime.getAsLong();
    left = Math.min(most, left + (now - countedAt) * (perMinute / MINUTE_NANOS));
    countedAt = now;
    if (left >= units) {
      left -= units;
      return 0;
    }
    return (long) Math.ceil((units - left) * (MINUTE_NANOS / perMinute));
  }

  /** Puts back what was taken and not used; less than nothing is what was used beyond it. */
  synchronized void giveBack(long units) {
    left = Math.min(most, left + units);
    notifyAll();
  }
}
