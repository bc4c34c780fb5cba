package io.dpostream.sampler;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A record of a prompts topic, as a member of the group has read it.
 *
 * @param source the record
 * @param tenure numbers the time for which its partition belongs to the member without a break:
 *     work begun in one tenure is void in another
 */
record FetchedPrompt(ConsumerRecord<byte[], byte[]> source, long tenure) {

  TopicPartition partition() {
    return new TopicPartition(source.topic(), source.partition());
  }
}
