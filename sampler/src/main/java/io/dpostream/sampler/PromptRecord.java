package io.dpostream.sampler;

import io.dpostream.kafka.serde.Decoded;
import io.dpostream.schemas.Prompt;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the prompts topic.
 *
 * @param source the record as it was read
 * @param prompt what it holds, or why it holds nothing
 */
record PromptRecord(ConsumerRecord<byte[], byte[]> source, Decoded<Prompt> prompt) {}
