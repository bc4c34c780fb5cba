package io.dpostream.broker;

import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;

/** Apache Kafka's own image keeps the contract; skipped where there is no Docker. */
@Testcontainers(disabledWithoutDocker = true)
class DockerBrokerContractIT extends BrokerContract {
  @Container
  private static final KafkaContainer KAFKA = new KafkaContainer("apache/kafka-native:4.4.0");

  @Override
  String bootstrapServers() {
    return KAFKA.getBootstrapServers();
  }
}
