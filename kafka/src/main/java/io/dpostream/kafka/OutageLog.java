package io.dpostream.kafka;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Turns observations of something that may be out of reach into few lines. Not thread-safe. */
final class OutageLog {
  private static final Duration AGAIN = Duration.ofMinutes(1);

  private final String what;
  private final Consumer<String> lines;
  private OptionalLong since = OptionalLong.empty();
  private long lastLine;

  /**
   * Creates a log that has observed nothing.
   *
   * @param what may be out of reach, with its address
   */
  OutageLog(String what, Consumer<String> lines) {
    this.what = what;
    this.lines = lines;
  }

  /**
   * Takes in an observation.
   *
   * @param problem why it is out of reach; empty when it is not
   * @param now in nanoseconds, of a clock that only goes forward
   */
  void observe(Optional<String> problem, long now) {
    if (problem.isPresent()) {
      if (since.isEmpty()) {
        since = OptionalLong.of(now);
        say(now, what + " cannot be reached: " + problem.get() + "; trying again until it answers");
      } else if (now - lastLine >= AGAIN.toNanos()) {
        say(
            now,
            "%s cannot be reached for %d s: %s"
                .formatted(what, seconds(now - since.getAsLong()), problem.get()));
      }
    } else if (since.isPresent()) {
      say(now, "%s answers again after %d s".formatted(what, seconds(now - since.getAsLong())));
      since = OptionalLong.empty();
    }
  }

  private void say(long now, String line) {
    lastLine = now;
    lines.accept(line);
  }

  private static long seconds(long nanos) {
    return Math.round(nanos / 1e9);
  }
}
