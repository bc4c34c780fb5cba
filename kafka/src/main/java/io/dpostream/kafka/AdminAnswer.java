package io.dpostream.kafka;

import io.dpostream.kafka.writing.Outage;
import io.dpostream.settings.UserException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/** Waits for the answers to an admin client's requests. */
public final class AdminAnswer {
  private AdminAnswer() {}

  /**
   * Returns the answer, or throws the broker's own failure.
   *
   * @throws KafkaException the broker's failure; {@link Outage#passes} tells whether to ask again
   * @throws InterruptException when the thread is interrupted
   */
  public static <V> V await(KafkaFuture<V> answer) {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new KafkaException(e);
    }
  }

  /**
   * Returns the answer, for a caller that cannot go on without a broker.
   *
   * @throws UserException when no broker answers
   * @throws KafkaException what the broker said
   */
  public static <V> V require(KafkaFuture<V> answer) {
    try {
      return await(answer);
    } catch (TimeoutException e) {
      throw new UserException(
          "bootstrap.servers: no broker answers (" + e.getMessage() + "); is it running?", e);
    }
  }
}
