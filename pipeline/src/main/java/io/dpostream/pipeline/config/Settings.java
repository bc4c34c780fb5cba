package io.dpostream.pipeline.config;

import io.dpostream.broker.Ports;
import io.dpostream.judge.assembler.AssemblerConfig;
import io.dpostream.judge.service.JudgeConfig;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.sampler.feed.FeederConfig;
import io.dpostream.settings.RecordCopy;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import io.dpostream.trainer.TrainerConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All settings: those that the services share, and one section for each service.
 *
 * @param device where models run: cpu, cuda or cuda:N
 * @param dtype of frozen weights and of activations: float32 or bfloat16
 * @param threads threads of one tensor operation on the CPU
 */
public record Settings(
    RunSettings run,
    String device,
    String dtype,
    int threads,
    TopicSettings topic,
    KafkaConnection kafka,
    BrokerSettings broker,
    FeederConfig prompts,
    SamplerConfig sampler,
    JudgeConfig judge,
    AssemblerConfig assembler,
    TrainerConfig trainer,
    EvaluationSettings evaluation,
    MetricsSettings metrics) {

  private static final Set<String> INHERITING =
      Set.of("sampler.device", "sampler.dtype", "sampler.threads");

  public Settings {
    if (threads < 1) {
      throw new UserException("threads: " + threads + " must be at least 1");
    }
  }

  public static Settings defaults() {
    return new Settings(
        new RunSettings("run", Optional.empty(), Optional.empty(), false),
        "cpu",
        "float32",
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        new TopicSettings(""),
        new KafkaConnection(Optional.empty(), Optional.empty(), Map.of()),
        new BrokerSettings(0, 0, Optional.empty()),
        FeederConfig.defaults(),
        SamplerConfig.defaults(),
        JudgeConfig.defaults(),
        AssemblerConfig.defaults(),
        TrainerConfig.defaults(),
        EvaluationSettings.defaults(),
        new MetricsSettings("127.0.0.1", Optional.empty()));
  }

  /** Reads settings on top of the defaults; unless set, the sampler's engine is the shared one. */
  public static SettingsReader<Settings> reader() {
    return new SettingsReader<>(defaults(), INHERITING);
  }

  /** Returns these settings with another last step. */
  public Settings withMaxSteps(long maxSteps) {
    return RecordCopy.with(this, "trainer", trainer.withMaxSteps(maxSteps));
  }

  /** The trainer's device, dtype and threads. */
  public EngineOptions engine() {
    return new EngineOptions(device, dtype, threads);
  }

  /** Returns the settings of clients for a Kafka with these addresses. */
  public KafkaSettings kafkaSettings(String bootstrapServers, String schemaRegistryUrl) {
    return new KafkaSettings(
        bootstrapServers, schemaRegistryUrl, topic.prefix(), kafka.properties());
  }

  /**
   * Settings of what is trained.
   *
   * @param id names the run in ledger and topics
   * @param model Hugging Face folder that the policy starts from
   * @param reference Hugging Face folder of the frozen reference; the model when absent
   * @param acceptConfig lets a run go on under another configuration, which the ledger records
   */
  public record RunSettings(
      String id, Optional<String> model, Optional<String> reference, boolean acceptConfig) {

    public RunSettings {
      if (!id.matches("[a-zA-Z0-9._-]+")) {
        throw new UserException("run.id: '" + id + "' may hold letters, digits, '.', '_' and '-'");
      }
    }

    /**
     * The model's folder.
     *
     * @throws UserException when none is configured
     */
    public Path modelFolder() {
      return Path.of(
          model.orElseThrow(
              () -> new UserException("run.model: is missing; name a Hugging Face model folder")));
    }

    /** The reference's folder. */
    public Path referenceFolder() {
      return reference.map(Path::of).orElseGet(this::modelFolder);
    }
  }

  /**
   * Settings of how topics are named.
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
   * Settings of which Kafka to use.
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

  /**
   * Settings of the embedded broker and registry, which listen on this machine only; port 0 is any
   * free one.
   *
   * @param port of the broker
   * @param registryPort of the schema registry
   * @param dir folder of their data; in the run's folder when absent
   */
  public record BrokerSettings(int port, int registryPort, Optional<String> dir) {

    public BrokerSettings {
      require("port", port);
      require("registry_port", registryPort);
    }

    private static void require(String key, int port) {
      if (port < 0 || port > 65535) {
        throw new UserException(
            "broker." + key + ": " + port + " is not a port; use 1 to 65535, or 0 for a free one");
      }
    }

    /** Chooses all ports, with a free one for each that is 0. */
    public Ports ports() {
      Ports free = Ports.free();
      return new Ports(
          port == 0 ? free.broker() : port,
          free.controller(),
          registryPort == 0 ? free.registry() : registryPort);
    }
  }

  /**
   * Settings of where a process serves its metrics and dashboard.
   *
   * @param host address to listen on
   * @param port 0 is any free one; when absent, a single service serves nothing and a process with
   *     all services takes a free one
   */
  public record MetricsSettings(String host, Optional<Integer> port) {

    public MetricsSettings {
      port.ifPresent(
          p -> {
            if (p < 0 || p > 65535) {
              throw new UserException(
                  "metrics.port: " + p + " is not a port; use 1 to 65535, or 0 for a free one");
            }
          });
    }
  }
}
