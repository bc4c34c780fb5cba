package io.dpostream.kafka;

import io.dpostream.kafka.writing.Outage;
import io.dpostream.settings.UserException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/** Waits for what an admin client was asked. */
public final class AdminAnswer {
  private AdminAnswer() {}

  /**
   * The answer, or the broker's failure as it is.
   *
   * @throws KafkaException what the broker said; {@link Outage#passes} tells whether to ask again
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
   * The answer, for somebody who cannot go on without a broker.
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
