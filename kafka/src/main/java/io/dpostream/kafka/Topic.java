package io.dpostream.kafka;

import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * A topic: its name, the record type of its values, and how it is created when it is missing.
 *
 * @param name full name, prefix included
 * @param type generated Avro class of the values; keys are UTF-8 strings
 * @param config topic configuration, by Kafka's names
 * @param partitions number of partitions when created here
 */
public record Topic<T extends SpecificRecord>(
    String name, Class<T> type, Map<String, String> config, int partitions) {

  public Topic {
    config = Map.copyOf(config);
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions: " + partitions + " is not positive");
    }
  }

  /** The subject of the values in the schema registry, by Confluent's TopicNameStrategy. */
  public String subject() {
    return name + "-value";
  }
}
