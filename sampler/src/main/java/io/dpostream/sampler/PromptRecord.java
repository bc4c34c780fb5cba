package io.dpostream.sampler;

import io.dpostream.kafka.serde.Decoded;
import io.dpostream.schemas.Prompt;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the prompts topic, with its decoded value.
 *
 * @param source the record as it was read
 * @param prompt the decoded prompt, or why there is none
 */
record PromptRecord(ConsumerRecord<byte[], byte[]> source, Decoded<Prompt> prompt) {}
