package io.dpostream.sampler;

import io.dpostream.schemas.CompletionPair;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What became of a prompt record. */
sealed interface Sampled {

  /** The record. */
  ConsumerRecord<byte[], byte[]> source();

  /** It was sampled from. */
  record Pairs(ConsumerRecord<byte[], byte[]> source, List<CompletionPair> pairs)
      implements Sampled {}

  /** It cannot be: material for the dead letters. */
  record Refused(ConsumerRecord<byte[], byte[]> source, String reason) implements Sampled {}
}
