package io.dpostream.judge.assembler;

import io.dpostream.kafka.DeadLetters;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Sends pairs and judgments to the task of their pair id, which is read from the value: clients in
 * other languages choose partitions, and perhaps keys, in their own way. A record that stands in
 * that task's partition already is there; the others take the internal topic. What cannot be
 * decoded, or not be decided from, goes to the dead letters.
 */
final class Router extends ContextualProcessor<byte[], byte[], byte[], RoutedRecord> {
  private final PairPartitioning tasks;
  private final String pairTopic;
  private final RecordDecoder<CompletionPair> pairs;
  private final RecordDecoder<Judgment> judgments;
  private final DeadLetters deadLetters;
  private final AssemblerListener listener;

  Router(KafkaSettings settings, PairPartitioning tasks, AssemblerListener listener) {
    this.tasks = tasks;
    this.pairTopic = settings.topics().completionPairs().name();
    this.pairs = settings.decoder(settings.topics().completionPairs());
    this.judgments = settings.decoder(settings.topics().judgments());
    this.deadLetters = new DeadLetters(settings.topics());
    this.listener = listener;
  }

  @Override
  public void process(Record<byte[], byte[]> input) {
    ConsumerRecord<byte[], byte[]> source =
        SourceRecords.of(
            input,
            context()
                .recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a source record has metadata")));
    if (source.topic().equals(pairTopic)) {
      route(pairs.decode(source), CompletionPair::getPairId, Admission::fault, source);
    } else {
      route(judgments.decode(source), Judgment::getPairId, Admission::fault, source);
    }
  }

  private <T extends SpecificRecord> void route(
      Decoded<T> decoded,
      Function<T, String> pairId,
      Function<T, Optional<String>> fault,
      ConsumerRecord<byte[], byte[]> source) {
    if (decoded instanceof Decoded.Value<T> value) {
      Optional<String> found = fault.apply(value.value());
      if (found.isPresent()) {
        bury(source, found.get());
        return;
      }
      byte[] key = pairId.apply(value.value()).getBytes(StandardCharsets.UTF_8);
      Record<byte[], RoutedRecord> there =
          tasks.isHome(source.partition(), key)
              ? new Record<>(
                  key, new RoutedRecord.AtPair(source, value.value()), source.timestamp())
              : new Record<>(
                  key,
                  new RoutedRecord.ToPair(source.value()),
                  source.timestamp(),
                  SourceRecords.carried(source));
      context().forward(there);
    } else if (decoded instanceof Decoded.Undecodable<T> bad) {
      bury(source, bad.error());
    }
  }

  private void bury(ConsumerRecord<byte[], byte[]> source, String error) {
    ProducerRecord<byte[], byte[]> letter = deadLetters.record(source, error);
    context()
        .forward(
            new Record<>(
                letter.key(),
                new RoutedRecord.ToTopic(letter.topic(), letter.value()),
                source.timestamp(),
                letter.headers()));
    listener.deadLettered(error);
  }
}
