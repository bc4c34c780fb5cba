package io.dpostream.trainer.ledger;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.kafka.writing.Transaction;
import io.dpostream.kafka.writing.TransactionalWriter;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The ledger of a run, opened for writing by the run's owner. Opening it takes the run over: an
 * older owner can no longer commit anything. Every append is one transaction, which may include
 * other records. Used by one thread at a time; {@link #state} may be read by any.
 */
public final class Ledger implements AutoCloseable {
  private static final int ATTEMPTS = 5;
  private static final int TRANSACTION_TIMEOUT_MS = 30_000;

  private final TransactionalWriter writer;
  private final RecordEncoder encoder;
  private final Topic<TrainingStep> topic;
  private final InstantSource clock;
  private volatile LedgerState state;

  private Ledger(KafkaSettings kafka, String runId, InstantSource clock) {
    var config = kafka.transactionalProducer("trainer-" + runId, transactionalId(kafka, runId));
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
    this.writer =
        new TransactionalWriter(
            config, Fencing.of("trainer of run '" + runId + "'"), Retry.atMost(ATTEMPTS));
    this.encoder = kafka.encoder();
    this.topic = kafka.topics().trainingSteps();
    this.clock = clock;
    this.state = LedgerState.empty(runId);
  }

  /**
   * Takes a run over and reads its ledger to the end.
   *
   * @param clock timestamps the records; nothing depends on it
   * @param each receives every existing record
   */
  public static Ledger open(
      KafkaSettings kafka, String runId, InstantSource clock, Consumer<TrainingStep> each) {
    Ledger ledger = new Ledger(kafka, runId, clock);
    try {
      ledger.writer.takeOver();
      ledger.state = new LedgerReader(kafka).read(runId, each);
      return ledger;
    } catch (RuntimeException e) {
      ledger.close();
      throw e;
    }
  }

  /** The transactional id of a run's owner. */
  static String transactionalId(KafkaSettings kafka, String runId) {
    return kafka.topicPrefix() + "trainer-" + runId;
  }

  /** The state that the ledger's records add up to. */
  public LedgerState state() {
    return state;
  }

  /** Encodes a record that is to share a transaction. */
  public <T extends SpecificRecord> ProducerRecord<byte[], byte[]> encode(
      Topic<T> topic, String key, T value) {
    return encoder.encode(topic, key, value);
  }

  /**
   * Commits an event together with other records, all or nothing.
   *
   * @param others encoded, for the same transaction
   * @param beforeCommit called when the broker has every record but nothing is committed
   * @return the record as committed
   * @throws UserException when a newer trainer has taken the run over
   */
  public TrainingStep append(
      SpecificRecord event, List<ProducerRecord<byte[], byte[]>> others, Runnable beforeCommit) {
    TrainingStep record =
        new TrainingStep(state.runId(), state.nextSequence(), event, clock.instant());
    LedgerState next = state.after(record);
    List<ProducerRecord<byte[], byte[]>> all = new ArrayList<>(others);
    all.add(encoder.encode(topic, state.runId(), record));
    writer.commit(Transaction.of(all).before(beforeCommit));
    state = next;
    return record;
  }

  /** Commits an event alone. */
  public TrainingStep append(SpecificRecord event) {
    return append(event, List.of(), () -> {});
  }

  /**
   * Commits records that the ledger itself has no record of, all or nothing.
   *
   * @throws UserException when a newer trainer has taken the run over
   */
  public void commit(List<ProducerRecord<byte[], byte[]>> others) {
    writer.commit(Transaction.of(others));
  }

  /**
   * Asks the broker whether this trainer still owns the run, by a transaction that is then aborted.
   *
   * @throws UserException when a newer trainer has taken the run over
   */
  public void confirmOwnership() {
    // of no run, since readers take what names theirs for a record of the ledger
    String nobody = state.runId() + "/ownership";
    TrainingStep probe =
        new TrainingStep(nobody, 0L, state.requireConfiguration(), clock.instant());
    writer.confirmOwnership(encoder.encode(topic, nobody, probe));
  }

  @Override
  public void close() {
    writer.close();
  }
}
