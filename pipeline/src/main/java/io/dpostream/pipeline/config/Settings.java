package io.dpostream.pipeline.config;

import io.dpostream.schemas.UserException;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is configured: what all services share, and one section a service.
 *
 * @param device where models run: cpu, cuda or cuda:N
 * @param dtype of frozen weights: float32 or bfloat16; masters and losses are float32
 * @param threads of tensor operations, each for the sampler and the trainer
 */
public record Settings(
    RunSettings run,
    String device,
    String dtype,
    int threads,
    TopicSettings topic,
    KafkaConnection kafka) {

  public Settings {
    if (threads < 1) {
      throw new UserException("threads: " + threads + " must be at least 1");
    }
  }

  public static Settings defaults() {
    return new Settings(
        new RunSettings("run", Optional.empty(), Optional.empty()),
        "cpu",
        "float32",
        1,
        new TopicSettings(""),
        new KafkaConnection(Optional.empty(), Optional.empty(), Map.of()));
  }

  /**
   * What is trained.
   *
   * @param id names the run in ledger and topics
   * @param model Hugging Face folder of the reference, where the policy starts
   * @param prompts JSONL file to sample from
   */
  public record RunSettings(String id, Optional<String> model, Optional<String> prompts) {

    public RunSettings {
      if (!id.matches("[a-zA-Z0-9._-]+")) {
        throw new UserException("run.id: '" + id + "' may hold letters, digits, '.', '_' and '-'");
      }
    }
  }

  /**
   * How topics are named.
   *
   * @param prefix put before every topic's name
   */
  public record TopicSettings(String prefix) {

    public TopicSettings {
      if (!prefix.matches("[a-zA-Z0-9._-]*")) {
        throw new UserException(
            "topic.prefix: '" + prefix + "' may hold letters, digits, '.', '_' and '-'");
      }
    }
  }

  /**
   * Which Kafka.
   *
   * @param bootstrapServers of an external Kafka; absent for a broker of our own
   * @param schemaRegistryUrl of the registry beside it
   * @param properties passed to every client, such as security settings
   */
  public record KafkaConnection(
      Optional<String> bootstrapServers,
      Optional<String> schemaRegistryUrl,
      Map<String, String> properties) {

    public KafkaConnection {
      if (bootstrapServers.isPresent() != schemaRegistryUrl.isPresent()) {
        throw new UserException(
            "kafka: bootstrap_servers and schema_registry_url go together; "
                + (bootstrapServers.isPresent() ? "schema_registry_url" : "bootstrap_servers")
                + " is missing");
      }
      properties = Map.copyOf(properties);
    }
  }
}
