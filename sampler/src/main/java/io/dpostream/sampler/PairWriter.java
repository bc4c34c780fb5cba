package io.dpostream.sampler;

import io.dpostream.kafka.DeadLetters;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.kafka.writing.Transaction;
import io.dpostream.kafka.writing.TransactionalWriter;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.settings.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Commits pairs, dead letters and the offsets of the prompts they came from together, so that every
 * prompt is sampled from exactly once. Used by one thread.
 */
final class PairWriter implements AutoCloseable {
  private final TransactionalWriter writer;
  private final RecordEncoder encoder;
  private final Topic<CompletionPair> topic;
  private final DeadLetters deadLetters;
  private final Retry retry;

  PairWriter(String runId, KafkaSettings kafka, Retry retry) {
    String id = SamplerRun.groupId(kafka, runId);
    this.writer =
        new TransactionalWriter(
            kafka.transactionalProducer(id, id), Fencing.of("sampler of run " + runId), retry);
    this.encoder = kafka.encoder();
    this.topic = kafka.topics().completionPairs();
    this.deadLetters = new DeadLetters(kafka.topics());
    this.retry = retry;
  }

  /** Takes the run over from any older sampler. */
  void takeOver() {
    writer.takeOver();
  }

  /**
   * Commits everything in one transaction, or nothing.
   *
   * @throws UserException when a newer sampler has taken the run over; nothing was committed
   */
  void commit(
      List<SamplingResult> sampled,
      Map<TopicPartition, OffsetAndMetadata> offsets,
      ConsumerGroupMetadata group) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (SamplingResult one : sampled) {
      if (one instanceof SamplingResult.Pairs pairs) {
        for (CompletionPair pair : pairs.pairs()) {
          records.add(retry.call(() -> encoder.encode(topic, pair.getPairId(), pair)));
        }
      } else if (one instanceof SamplingResult.Refused refused) {
        records.add(deadLetters.record(refused.source(), refused.reason()));
      }
    }
    writer.commit(Transaction.of(records).consuming(offsets, group));
  }

  @Override
  public void close() {
    writer.close();
  }
}
