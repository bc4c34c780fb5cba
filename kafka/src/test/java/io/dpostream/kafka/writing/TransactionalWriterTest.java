package io.dpostream.kafka.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class TransactionalWriterTest {
  private static final ProducerRecord<byte[], byte[]> RECORD =
      new ProducerRecord<>("topic", new byte[] {1});
  private static final String TAKEN_OVER =
      "a newer sampler of run 7 has taken over; this one stops";

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());

  private TransactionalWriter writer(int attempts) {
    return writer(attempts, () -> 0);
  }

  private TransactionalWriter writer(int attempts, DoubleSupplier random) {
    Backoff backoff = new Backoff(Duration.ofMillis(1), Duration.ofMillis(1), 0);
    TransactionalWriter writer =
        new TransactionalWriter(
            producer, Fencing.of("sampler of run 7"), new Retry(attempts, backoff, random));
    writer.takeOver();
    return writer;
  }

  private static Transaction transaction() {
    return Transaction.of(List.of(RECORD));
  }

  @Test
  void shouldCommitAndTellWhereRecordsStand() {
    assertThat(writer(1).commit(transaction())).hasSize(1);
    assertThat(producer.history()).containsExactly(RECORD);
    assertThat(producer.commitCount()).isOne();
  }

  @Test
  void shouldAskAgainForACommitWhoseAnswerIsLate() {
    List<String> events = new ArrayList<>();
    TransactionalWriter writer =
        writer(
            2,
            () -> {
              events.add("waited");
              producer.commitTransactionException = null;
              return 0;
            });
    producer.commitTransactionException = new TimeoutException("late");

    writer.commit(transaction().before(() -> events.add("sent")));

    assertThat(producer.history()).containsExactly(RECORD);
    assertThat(events).containsExactly("sent", "waited");
  }

  @Test
  void shouldAbortAndRepeatATransactionThatFailed() {
    TransactionalWriter writer = writer(2);
    List<String> attempts = new ArrayList<>();

    writer.commit(
        transaction()
            .before(
                () -> {
                  attempts.add("attempt");
                  if (attempts.size() == 1) {
                    throw new KafkaException("lost a record");
                  }
                }));

    assertThat(attempts).hasSize(2);
    assertThat(producer.history()).containsExactly(RECORD);
  }

  @Test
  void shouldSayOnceAndForAllThatANewerOneHasTakenOver() {
    TransactionalWriter writer = writer(5);
    producer.commitTransactionException = new ProducerFencedException("newer epoch");

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(() -> writer.commit(transaction()))
        .withMessage(TAKEN_OVER);
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void shouldNotRepeatWhatNoRepetitionMends() {
    TransactionalWriter writer = writer(Integer.MAX_VALUE);
    List<String> attempts = new ArrayList<>();

    assertThatExceptionOfType(TopicAuthorizationException.class)
        .isThrownBy(
            () ->
                writer.commit(
                    transaction()
                        .before(
                            () -> {
                              attempts.add("attempt");
                              throw new TopicAuthorizationException("completion-pairs");
                            })));

    assertThat(attempts).hasSize(1);
    assertThat(producer.transactionAborted()).isTrue();
  }

  @Test
  void shouldNeverAbortACommitThatMayHaveTakenPlace() {
    TransactionalWriter writer = writer(3);
    producer.commitTransactionException = new TimeoutException("late");

    assertThatExceptionOfType(CommitUnknownException.class)
        .isThrownBy(() -> writer.commit(transaction()))
        .withMessageContaining("is not known");
    assertThat(producer.transactionAborted()).isFalse();
  }

  @Test
  void shouldNeverAbortAnOpenTransactionWhoseCommitMayHaveTakenPlace() {
    TransactionalWriter writer = writer(3);
    producer.commitTransactionException = new TimeoutException("late");

    assertThatExceptionOfType(CommitUnknownException.class)
        .isThrownBy(
            () -> {
              try (OpenTransaction open = writer.begin()) {
                open.send(RECORD);
                open.commit();
              }
            });
    assertThat(producer.transactionAborted()).isFalse();
  }

  /** Lets the abort decide what a failure means that a slow transaction may cause, too. */
  @Test
  void shouldTryAgainWhenTheAbortShowsThatNobodyHasTakenOver() {
    TransactionalWriter writer = writer(2);
    List<String> attempts = new ArrayList<>();

    writer.commit(
        transaction()
            .before(
                () -> {
                  attempts.add("attempt");
                  if (attempts.size() == 1) {
                    throw new InvalidProducerEpochException("timed out");
                  }
                }));

    assertThat(producer.history()).containsExactly(RECORD);
  }

  @Test
  void shouldTakeAnAbortThatIsRefusedForFencing() {
    TransactionalWriter writer = writer(2);
    producer.abortTransactionException = new InvalidTxnStateException("no such transaction");

    assertThatExceptionOfType(UserException.class)
        .isThrownBy(
            () ->
                writer.commit(
                    transaction()
                        .before(
                            () -> {
                              throw new InvalidTxnStateException("no such transaction");
                            })))
        .withMessage(TAKEN_OVER);
  }

  @Test
  void shouldNotRepeatWhatMayBeTriedOnce() {
    TransactionalWriter writer = writer(1);

    assertThatExceptionOfType(KafkaException.class)
        .isThrownBy(
            () ->
                writer.commit(
                    transaction()
                        .before(
                            () -> {
                              throw new KafkaException("rebalanced");
                            })))
        .withMessage("rebalanced");
  }

  @Test
  void shouldLeaveNothingOfATransactionThatWasClosedOpen() {
    try (OpenTransaction open = writer(1).begin()) {
      open.send(RECORD);
    }

    assertThat(producer.history()).isEmpty();
    assertThat(producer.transactionAborted()).isTrue();
  }
}
