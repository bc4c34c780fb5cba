package io.dpostream.trainer.ledger;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.LogEnds;
import io.dpostream.kafka.reading.OffsetScan;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.settings.UserException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** Reads the ledger of a run from its beginning to its end. Thread-safe. */
public final class LedgerReader {
  /** Twice the time after which a broker ends the transaction of a dead trainer. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(2);

  private final KafkaSettings kafka;
  private final Topic<TrainingStep> topic;

  public LedgerReader(KafkaSettings kafka) {
    this.kafka = kafka;
    this.topic = kafka.topics().trainingSteps();
  }

  /**
   * Folds every committed record of a run.
   *
   * @param each receives every record once it is known to follow those before it
   * @return the state at the end
   * @throws LedgerException when records do not follow each other
   * @throws UserException when a record of any run cannot be read
   */
  public LedgerState read(String runId, Consumer<TrainingStep> each) {
    Fold fold = new Fold(runId, each);
    TopicPartition partition = new TopicPartition(topic.name(), 0);
    long end = end(partition);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(kafka.consumer("ledger-reader-" + runId))) {
      RecordDecoder<TrainingStep> decoder = kafka.decoder(topic);
      consumer.assign(List.of(partition));
      long beginning = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
      if (beginning > 0) {
        throw new UserException(
            partition
                + ": offset 0 is missing, the topic has lost its first "
                + beginning
                + " offsets; restore it, or start a run under another run.id");
      }
      consumer.seek(partition, beginning);
      long deadline = System.nanoTime() + LONGEST_TRANSACTION.toNanos();
      new OffsetScan(consumer, Retry.never())
          .read(
              Map.of(partition, end),
              record -> fold.add(decode(decoder, record)),
              () -> giveUpAt(deadline, partition, consumer));
    }
    return fold.state;
  }

  private static void giveUpAt(
      long deadline, TopicPartition partition, KafkaConsumer<byte[], byte[]> consumer) {
    if (System.nanoTime() - deadline > 0) {
      throw new UserException(
          partition
              + ": offset "
              + consumer.position(partition)
              + " stays behind an open transaction; end it with kafka-transactions --abort");
    }
  }

  private long end(TopicPartition partition) {
    try (Admin admin = kafka.admin()) {
      return LogEnds.of(admin, List.of(partition)).getOrDefault(partition, 0L);
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      throw new UserException(partition + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static TrainingStep decode(
      RecordDecoder<TrainingStep> decoder, ConsumerRecord<byte[], byte[]> record) {
    Decoded<TrainingStep> decoded = decoder.decode(record);
    if (decoded instanceof Decoded.Value<TrainingStep> value) {
      return value.value();
    }
    throw new UserException(
        "%s-%d: the record at offset %d cannot be read (%s); nothing is trained on a damaged ledger: restore the topic, or start a run under another run.id"
            .formatted(
                record.topic(),
                record.partition(),
                record.offset(),
                ((Decoded.Undecodable<TrainingStep>) decoded).error()));
  }

  private static final class Fold {
    private final Consumer<TrainingStep> each;
    private LedgerState state;

    Fold(String runId, Consumer<TrainingStep> each) {
      this.state = LedgerState.empty(runId);
      this.each = each;
    }

    void add(TrainingStep record) {
      if (record.getRunId().equals(state.runId())) {
        state = state.after(record);
        each.accept(record);
      }
    }
  }
}
