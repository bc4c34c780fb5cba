package io.dpostream.judge.assembler;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A record between two processors. */
sealed interface Routed {
  /** The bytes of its value; a dead letter may have none. */
  byte @Nullable [] value();

  /**
   * A pair or judgment that has reached the task of its pair.
   *
   * @param source the record as it stood in its topic
   * @param content what it holds
   */
  record AtPair(ConsumerRecord<byte[], byte[]> source, SpecificRecord content) implements Routed {
    @Override
    public byte @Nullable [] value() {
      return source.value();
    }
  }

  /** To the pair with this record's key, over the internal topic. */
  record ToPair(byte[] value) implements Routed {}

  /** To a topic of the deployment. */
  record ToTopic(String topic, byte @Nullable [] value) implements Routed {}
}
