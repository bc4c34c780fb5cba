package io.dpostream.sampler;

import io.dpostream.schemas.CompletionPair;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The result of sampling from a prompt record. */
sealed interface SamplingResult {

  /** The prompt record. */
  ConsumerRecord<byte[], byte[]> source();

  /** Pairs that were sampled from the record. */
  record Pairs(ConsumerRecord<byte[], byte[]> source, List<CompletionPair> pairs)
      implements SamplingResult {}

  /** A record that cannot be sampled from, and belongs in the dead letters. */
  record Refused(ConsumerRecord<byte[], byte[]> source, String reason) implements SamplingResult {}
}
