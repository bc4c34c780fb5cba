package io.dpostream.kafka.writing;

import io.dpostream.settings.UserException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Recognizes that a writer is fenced: a newer one has taken over its transactional id, and the
 * older one can no longer commit.
 *
 * <p>A broker says so in three ways, and none of them is proof: it also raises the epoch of a
 * transaction that it ended because it took longer than {@code transaction.timeout.ms}, for example
 * while a machine was suspended. A writer that stops for that reason can be started again, and goes
 * on where it stood.
 *
 * @param what there may be only one of, for the message, such as {@code sampler of run 7}
 * @param remedy what to do about it
 */
public record Fencing(String what, String remedy) {

  /** Fencing with no remedy: the older one just stops. */
  public static Fencing of(String what) {
    return new Fencing(what, "this one stops");
  }

  /** Whether a failure proves that a newer writer has taken over. */
  public static boolean isCertain(Throwable failure) {
    return isCausedBy(failure, ProducerFencedException.class)
        || isCausedBy(failure, FencedInstanceIdException.class);
  }

  /** Whether a failure means that when it comes from an abort, or when no abort can follow it. */
  public static boolean isFenced(Throwable failure) {
    return isCertain(failure)
        || isCausedBy(failure, InvalidProducerEpochException.class)
        || isCausedBy(failure, InvalidTxnStateException.class);
  }

  /** Returns the error with which the older one stops. */
  public UserException takenOver(Throwable cause) {
    return new UserException("a newer " + what + " has taken over; " + remedy, cause);
  }

  private static boolean isCausedBy(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
