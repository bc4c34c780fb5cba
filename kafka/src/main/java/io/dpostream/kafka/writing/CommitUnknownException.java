package io.dpostream.kafka.writing;

import org.apache.kafka.common.KafkaException;

/**
 * A commit that was requested and never answered: its records may be visible or not. The next
 * writer that takes over the transactional id settles it.
 */
public final class CommitUnknownException extends KafkaException {
  private static final long serialVersionUID = 1L;

  CommitUnknownException(Throwable cause) {
    super("the broker has not answered a commit; whether it took place is not known", cause);
  }
}
