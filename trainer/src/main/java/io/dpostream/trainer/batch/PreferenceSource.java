package io.dpostream.trainer.batch;

import io.dpostream.settings.UserException;
import io.dpostream.trainer.ledger.Offsets;
import java.time.Instant;
import java.util.Optional;

/**
 * The preferences that a new run learns from. Bounds are resolved to offsets once, when the run
 * begins, and recorded in the ledger.
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

  /** Everything that is on the deployment's topic now. */
  public static PreferenceSource everything() {
    return new PreferenceSource(
        Optional.empty(), new Bound.Beginning(), Optional.of(new Bound.End()));
  }

  /**
   * The bounds, resolved to offsets.
   *
   * @param to exclusive; absent for a stream without end
   */
  public record Resolved(Offsets from, Optional<Offsets> to) {}

  /**
   * Resolves the bounds, once for a run.
   *
   * @throws UserException when they are of other partitions than the topic's, lie where it has
   *     nothing, or end before they begin
   */
  public Resolved resolve(PreferenceLog log) {
    Resolved resolved = new Resolved(from.resolve(log), to.map(bound -> bound.resolve(log)));
    Offsets first = log.beginning();
    Offsets end = log.end();
    for (int partition : first.next().keySet()) {
      long begin = offset(log, resolved.from(), partition);
      refuseUnless(
          begin >= first.of(partition) && begin <= end.of(partition),
          "%s-%d: offset %d does not exist, the topic holds %d to %d; choose another range",
          log.topic(),
          partition,
          begin,
          first.of(partition),
          end.of(partition));
      if (resolved.to().isPresent()) {
        long last = offset(log, resolved.to().get(), partition);
        refuseUnless(
            last >= begin,
            "%s-%d: the range begins at offset %d and ends before it, at %d; choose another range",
            log.topic(),
            partition,
            begin,
            last);
        refuseUnless(
            last <= end.of(partition),
            "%s-%d: offset %d does not exist, the topic ends at %d; choose another range",
            log.topic(),
            partition,
            last,
            end.of(partition));
      }
    }
    return resolved;
  }

  private static long offset(PreferenceLog log, Offsets offsets, int partition) {
    if (!offsets.next().containsKey(partition) || offsets.next().size() != log.partitions()) {
      throw new UserException(
          "%s: has %d partitions, offsets are given as %s; give one for each, such as 0:17,1:4"
              .formatted(log.topic(), log.partitions(), offsets));
    }
    return offsets.of(partition);
  }

  private static void refuseUnless(boolean valid, String problem, Object... values) {
    if (!valid) {
      throw new UserException(problem.formatted(values));
    }
  }

  /** A position on a topic. */
  public sealed interface Bound {
    /** The earliest record of each partition. */
    record Beginning() implements Bound {}

    /** The place after the last committed record of each partition. */
    record End() implements Bound {}

    /** An offset of each partition. */
    record At(Offsets offsets) implements Bound {}

    /** The first record of each partition at or after this time. */
    record Time(Instant time) implements Bound {}

    /** Resolves this bound to offsets. */
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
