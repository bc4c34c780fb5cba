package io.dpostream.judge.assembler;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A record on its way between two processors of the topology. */
sealed interface RoutedRecord {
  /** The bytes of its value; a dead letter may have none. */
  byte @Nullable [] value();

  /**
   * A pair or judgment that has reached the task of its pair.
   *
   * @param source the record as it stood in its topic
   * @param content what it holds
   */
  record AtPair(ConsumerRecord<byte[], byte[]> source, SpecificRecord content)
      implements RoutedRecord {
    @Override
    public byte @Nullable [] value() {
      return source.value();
    }
  }

  /** A record on its way to its pair, over the internal topic. */
  record ToPair(byte[] value) implements RoutedRecord {}

  /** A record on its way to a topic of the deployment. */
  record ToTopic(String topic, byte @Nullable [] value) implements RoutedRecord {}
}
