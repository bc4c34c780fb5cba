package io.dpostream.kafka.writing;

import io.dpostream.settings.UserException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * What it means to be fenced: somebody newer has opened a writer of the same transactional id, and
 * the older one can commit nothing any more.
 *
 * <p>A broker says so in three ways. {@link ProducerFencedException} leaves no doubt. {@link
 * InvalidProducerEpochException} and {@link InvalidTxnStateException} may also be said of a
 * transaction that took too long; whether the abort that follows succeeds tells the two apart.
 *
 * @param what there is one of, for the message: {@code sampler of run 7}
 * @param remedy what to do about it
 */
public record Fencing(String what, String remedy) {

  /** The older one stops, and that is all there is to do. */
  public static Fencing of(String what) {
    return new Fencing(what, "this one stops");
  }

  /** Whether a failure says beyond doubt that somebody newer has taken over. */
  public static boolean isCertain(Throwable failure) {
    return isCausedBy(failure, ProducerFencedException.class)
        || isCausedBy(failure, FencedInstanceIdException.class);
  }

  /** Whether a failure that no abort can follow, or of an abort, says that. */
  public static boolean isFenced(Throwable failure) {
    return isCertain(failure)
        || isCausedBy(failure, InvalidProducerEpochException.class)
        || isCausedBy(failure, InvalidTxnStateException.class);
  }

  /** The error that the older one stops with. */
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
