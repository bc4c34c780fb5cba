package io.dpostream.kafka.writing;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Tells faults that pass once a broker or the schema registry is back from permanent ones. */
public final class Outage {
  private Outage() {}

  /** Whether the same call may succeed later, on the same client. */
  public static boolean passes(Throwable failure) {
    return failure instanceof RetriableException;
  }

  /** Whether an outage lies behind a failure, however deep. */
  public static boolean caused(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (passes(cause)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a fault lies behind a failure that no repetition of the same work mends. */
  public static boolean isPermanent(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof RecordTooLargeException
          || (cause instanceof KafkaException && !passesWithNewClient(cause))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether the same work may succeed with a new client. An outage can disable a client for good,
   * which then no longer reports the outage itself.
   */
  public static boolean passesWithNewClient(Throwable failure) {
    return failure instanceof KafkaException
        && !(failure instanceof AuthenticationException
            || failure instanceof AuthorizationException
            || failure instanceof UnsupportedVersionException
            || failure instanceof InvalidConfigurationException
            || failure instanceof SerializationException);
  }
}
