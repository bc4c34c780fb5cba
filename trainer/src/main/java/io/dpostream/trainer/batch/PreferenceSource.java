package io.dpostream.trainer.batch;

import io.dpostream.trainer.ledger.Offsets;
import java.time.Instant;
import java.util.Optional;

/**
 * Which preferences a new run learns from. A bound is resolved to offsets once, when the run
 * begins; the ledger keeps them.
 *
 * @param topic full name of another topic than the deployment's own
 * @param from inclusive
 * @param to exclusive; absent for a stream without end
 */
public record PreferenceSource(Optional<String> topic, Bound from, Optional<Bound> to) {

  /** The deployment's preferences, from the first one on, without end. */
  public static PreferenceSource stream() {
    return new PreferenceSource(Optional.empty(), new Bound.Beginning(), Optional.empty());
  }

  /** Everything that stands on the deployment's topic now. */
  public static PreferenceSource everything() {
    return new PreferenceSource(
        Optional.empty(), new Bound.Beginning(), Optional.of(new Bound.End()));
  }

  /** A place on a topic. */
  public sealed interface Bound {
    /** The first records that are there. */
    record Beginning() implements Bound {}

    /** Behind the last committed records. */
    record End() implements Bound {}

    /** An offset of each partition. */
    record At(Offsets offsets) implements Bound {}

    /** The first record of each partition at or after this time. */
    record Time(Instant time) implements Bound {}

    /** The offsets that this is now. */
    default Offsets resolve(PreferenceLog log) {
      if (this instanceof At at) {
        return at.offsets();
      }
      if (this instanceof Time time) {
        return log.at(time.time().toEpochMilli());
      }
      return this instanceof End ? log.end() : log.beginning();
    }
  }
}
