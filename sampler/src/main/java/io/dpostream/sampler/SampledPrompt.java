package io.dpostream.sampler;

import io.dpostream.schemas.CompletionPair;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A prompt that was sampled from, and what is to be committed for it.
 *
 * @param prompt what was sampled from
 * @param result what came of it
 * @param records its pairs, or its dead letter, as they are written
 */
record SampledPrompt(
    FetchedPrompt prompt, SamplingResult result, List<ProducerRecord<byte[], byte[]>> records) {

  /** Its pairs; none if it was refused. */
  List<CompletionPair> pairs() {
    return result instanceof SamplingResult.Pairs sampled ? sampled.pairs() : List.of();
  }
}
