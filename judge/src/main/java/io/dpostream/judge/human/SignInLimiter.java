package io.dpostream.judge.human;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Slows down whoever guesses tokens: after {@link #FREE} wrong ones from an address, each further
 * one doubles the time for which nobody can sign in from there, up to {@link #LONGEST}. People
 * behind one proxy share an address. Thread-safe.
 */
final class SignInLimiter {
  static final int FREE = 5;
  static final Duration LONGEST = Duration.ofMinutes(5);
  private static final int MOST_ADDRESSES = 10_000;

  private record Failures(int count, Instant last) {
    Instant until() {
      long seconds = count < FREE ? 0 : 1L << Math.min(count - FREE, 20);
      return last.plusSeconds(Math.min(seconds, LONGEST.toSeconds()));
    }
  }

  /** The address that failed longest ago is forgotten first. */
  private final Map<String, Failures> failures =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  /** How long nobody can sign in from an address, if that is so. */
  synchronized Optional<Duration> pause(String address, Instant now) {
    return Optional.ofNullable(failures.get(address))
        .map(failed -> Duration.between(now, failed.until()))
        .filter(left -> !left.isNegative() && !left.isZero());
  }

  /** Takes in that a token was wrong. */
  synchronized void failed(String address, Instant now) {
    Failures before = failures.remove(address);
    failures.put(address, new Failures(before == null ? 1 : before.count() + 1, now));
  }

  /** Takes in that a token was right. */
  synchronized void succeeded(String address) {
    failures.remove(address);
  }
}
