package io.dpostream.pipeline.config;

import io.dpostream.broker.Ports;
import io.dpostream.judge.assembler.AssemblerConfig;
import io.dpostream.judge.service.JudgeConfig;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.policy.torch.EngineOptions;
import io.dpostream.policy.torch.Precision;
import io.dpostream.sampler.SamplerConfig;
import io.dpostream.sampler.feed.FeederConfig;
import io.dpostream.settings.Default;
import io.dpostream.settings.Doc;
import io.dpostream.settings.RecordCopy;
import io.dpostream.settings.Require;
import io.dpostream.settings.SettingsKey;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.SettingsTree;
import io.dpostream.settings.UserException;
import io.dpostream.storage.PublishSettings;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.reward.RewardConfig;
import io.dpostream.trainer.sft.SftConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All settings: those that the services share, and one section for each service or command. */
public record Settings(
    RunSettings run,
    @Doc("Where models run: `cpu`, `cuda` or `cuda:N`.") @Default("cpu") String device,
    @Doc("Type of frozen weights and of activations; weights that are trained are float32.")
        @Default("float32")
        Precision dtype,
    @Doc("Threads of one operation on the CPU; 0 for half of the machine's processors.")
        @Default("0")
        int threads,
    TopicSettings topic,
    KafkaConnection kafka,
    BrokerSettings broker,
    FeederConfig prompts,
    SamplerConfig sampler,
    JudgeConfig judge,
    AssemblerConfig assembler,
    TrainerConfig trainer,
    PublishSettings publish,
    EvaluationSettings evaluation,
    MetricsSettings metrics,
    SftConfig sft,
    RewardConfig reward) {

  /** Keys that are those of all unless they are set. */
  public static final Set<String> INHERITING =
      Set.of("sampler.device", "sampler.dtype", "sampler.threads");

  public Settings {
    Require.that(
        EngineOptions.isDevice(device), "device", device, "is not one of cpu, cuda, cuda:N");
    Require.atLeast("threads", threads, 0);
    threads = threads == 0 ? halfOfTheProcessors() : threads;
  }

  private static int halfOfTheProcessors() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** What nobody sets; {@code threads} depends on the machine. */
  public static Settings defaults() {
    return SettingsTree.defaults(Settings.class);
  }

  /** Every key, for documents. */
  public static List<SettingsKey> keys() {
    return SettingsKey.of(Settings.class);
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

  /** Settings of what is trained. */
  public record RunSettings(
      @Doc("Names the run in ledger and topics: letters, digits, `.`, `_` and `-`.") @Default("run")
          String id,
      @Doc("Hugging Face folder that the policy starts from.") Optional<String> model,
      @Doc("Hugging Face folder of the frozen reference; `run.model` when it is not set.")
          Optional<String> reference,
      @Doc("Lets a run go on under another configuration, which the ledger records.")
          @Default("false")
          boolean acceptConfig) {

    public RunSettings {
      Require.name("id", id);
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

  /** Settings of how topics are named. */
  public record TopicSettings(
      @Doc("Stands before every topic's name: letters, digits, `.`, `_` and `-`.") @Default("''")
          String prefix) {

    public TopicSettings {
      Require.nameOrEmpty("prefix", prefix);
    }
  }

  /** Settings of which Kafka to use. */
  public record KafkaConnection(
      @Doc("Addresses of an external Kafka; when it is not set, a broker of our own is started.")
          Optional<String> bootstrapServers,
      @Doc("URL of the schema registry beside it.") Optional<String> schemaRegistryUrl,
      @Doc("Passed to every client, such as security settings.") Map<String, String> properties) {

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

  /** Settings of the embedded broker and registry, which listen on this machine only. */
  public record BrokerSettings(
      @Doc("Port of the broker; 0 is any free one.") @Default("0") int port,
      @Doc("Port of the schema registry; 0 is any free one.") @Default("0") int registryPort,
      @Doc("Folder of their data; in the run's folder when it is not set.") Optional<String> dir) {

    public BrokerSettings {
      Require.port("port", port);
      Require.port("registry_port", registryPort);
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

  /** Settings of where a process shows what it does. */
  public record MetricsSettings(
      @Doc("Address to listen on.") @Default("127.0.0.1") String host,
      @Doc(
              "Port to listen on, 0 for any free one; when it is not set, a single service shows"
                  + " nothing and a process with all services takes a free one.")
          Optional<Integer> port,
      @Doc(
              "Names by which browsers reach the dashboard, beside `localhost`, `metrics.host` and"
                  + " addresses in digits; a page that asks by another name is refused.")
          List<String> hostNames,
      @Doc(
              "Environment variable with a token; when it is set, metrics and dashboard are shown to"
                  + " those alone who bring it, as `Authorization: Bearer` or once as `/?token=`.")
          Optional<String> tokenEnv) {

    public MetricsSettings {
      port.ifPresent(p -> Require.port("port", p));
      hostNames = List.copyOf(hostNames);
    }

    /**
     * The token that must be brought, if there is one.
     *
     * @throws UserException when the variable is not set
     */
    public Optional<String> token() {
      return tokenEnv.map(
          name ->
              Optional.ofNullable(System.getenv(name))
                  .filter(token -> !token.isBlank())
                  .orElseThrow(
                      () ->
                          new UserException(
                              "metrics.token_env: environment variable %s is not set"
                                  .formatted(name))));
    }

    /** The names, in lower case, that the dashboard answers to. */
    public Set<String> hosts() {
      return Stream.concat(Stream.of(host), hostNames.stream())
          .map(name -> name.toLowerCase(Locale.ROOT))
          .collect(Collectors.toUnmodifiableSet());
    }
  }
}
