package io.dpostream.judge.assembler;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.DeadLetters;
import io.dpostream.schemas.Decoded;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.KafkaSettings;
import io.dpostream.schemas.RecordDecoder;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Sends pairs and judgments to their pair id, which is read from the value: clients in other
 * languages choose partitions, and perhaps keys, in their own way. What cannot be decoded goes to
 * the dead letters.
 */
final class Router extends ContextualProcessor<byte[], byte[], byte[], Routed> {
  private final String pairTopic;
  private final RecordDecoder<CompletionPair> pairs;
  private final RecordDecoder<Judgment> judgments;
  private final DeadLetters deadLetters;
  private final AssemblerListener listener;

  Router(KafkaSettings settings, AssemblerListener listener) {
    this.pairTopic = settings.topics().completionPairs().name();
    this.pairs = settings.decoder(settings.topics().completionPairs());
    this.judgments = settings.decoder(settings.topics().judgments());
    this.deadLetters = new DeadLetters(settings.topics());
    this.listener = listener;
  }

  @Override
  public void process(Record<byte[], byte[]> input) {
    RecordMetadata metadata =
        context()
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a source record has metadata"));
    Headers headers = SourceHeaders.of(input, metadata);
    Decoded<String> pairId =
        metadata.topic().equals(pairTopic)
            ? id(pairs.decode(input.value()), CompletionPair::getPairId)
            : id(judgments.decode(input.value()), Judgment::getPairId);
    if (pairId instanceof Decoded.Value<String> id) {
      byte[] key = id.value().getBytes(StandardCharsets.UTF_8);
      context()
          .forward(new Record<>(key, new Routed.ToPair(input.value()), input.timestamp(), headers));
    } else if (pairId instanceof Decoded.Undecodable<String> bad) {
      ConsumerRecord<byte[], byte[]> source =
          SourceHeaders.source(headers, input.value(), input.timestamp());
      ProducerRecord<byte[], byte[]> letter = deadLetters.record(source, bad.error());
      context()
          .forward(
              new Record<>(
                  letter.key(),
                  new Routed.ToTopic(letter.topic(), letter.value()),
                  input.timestamp(),
                  letter.headers()));
      listener.deadLettered(bad.error());
    }
  }

  private static <T> Decoded<String> id(
      Decoded<T> decoded, java.util.function.Function<T, String> id) {
    if (decoded instanceof Decoded.Value<T> value) {
      return new Decoded.Value<>(id.apply(value.value()));
    }
    return new Decoded.Undecodable<>(((Decoded.Undecodable<T>) decoded).error());
  }
}
