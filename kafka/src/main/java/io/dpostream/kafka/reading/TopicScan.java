package io.dpostream.kafka.reading;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.settings.UserException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads a topic once, from its beginning to its current end. */
public final class TopicScan {

  private final KafkaSettings kafka;

  public TopicScan(KafkaSettings kafka) {
    this.kafka = kafka;
  }

  /**
   * A decoded record and its position.
   *
   * @param <T> type of the decoded value
   */
  public record Located<T>(int partition, long offset, T value) {}

  /**
   * Hands every committed record that can be decoded to {@code handler}, in order within a
   * partition.
   *
   * @throws UserException if there is no such topic
   */
  public <T extends SpecificRecord> void read(Topic<T> topic, Consumer<Located<T>> handler) {
    RecordDecoder<T> decoder = kafka.decoder(topic);
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.consumer("dpo-scan"))) {
      List<TopicPartition> partitions = TopicTail.partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
      new OffsetScan(consumer, Retry.never())
          .read(
              end,
              record -> {
                if (decoder.decode(record) instanceof Decoded.Value<T> value) {
                  handler.accept(new Located<>(record.partition(), record.offset(), value.value()));
                }
              },
              () -> {});
    }
  }
}
