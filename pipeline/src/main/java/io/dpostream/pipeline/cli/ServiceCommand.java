package io.dpostream.pipeline.cli;

import io.dpostream.kafka.ConnectionWatch;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.config.Settings.MetricsSettings;
import io.dpostream.pipeline.dashboard.WebServer;
import io.dpostream.pipeline.metrics.Meters;
import io.dpostream.pipeline.run.Loop;
import io.dpostream.pipeline.run.ServiceGroup;
import io.dpostream.pipeline.run.Shutdown;
import io.dpostream.settings.UserException;
import io.dpostream.storage.VersionFolders;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A command that runs one service, for a real deployment, until it is stopped, fails or is done.
 */
abstract class ServiceCommand implements Callable<Integer> {

  private static final Logger log = LoggerFactory.getLogger(ServiceCommand.class);

  @Mixin private SettingsOptions options;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the service keeps its files; runs/<run.id> when not given.")
  private Optional<Path> dir = Optional.empty();

  /** Starts the service. */
  abstract void start(Loop loop, ServiceGroup services);

  @Override
  public Integer call() throws Exception {
    RunSetup setup = RunSetup.of(options, dir);
    Settings settings = setup.settings();
    KafkaSettings kafka =
        settings
            .kafka()
            .bootstrapServers()
            .map(b -> settings.kafkaSettings(b, settings.kafka().schemaRegistryUrl().orElseThrow()))
            .orElseThrow(
                () ->
                    new UserException(
                        "kafka.bootstrap_servers: is missing; a single service needs a Kafka to"
                            + " join, dpo up starts one of its own"));
    try (Shutdown shutdown = Shutdown.interruptsCurrentThread();
        ConnectionWatch connection = ConnectionWatch.start(kafka);
        Meters meters = new Meters(settings.run().id());
        VersionFolders versions = Loop.versions(settings, setup.folder());
        ServiceGroup services = new ServiceGroup()) {
      Loop loop =
          new Loop(
              settings,
              ProcessName.get(),
              setup.folder(),
              kafka,
              Loop.loader(settings),
              versions,
              meters.listeners());
      run(settings.metrics(), meters, loop, services);
      return ExitCode.DONE;
    } catch (InterruptedException e) {
      log.info("stopped");
      return ExitCode.FAILED;
    }
  }

  private void run(MetricsSettings metrics, Meters meters, Loop loop, ServiceGroup services)
      throws Exception {
    if (metrics.port().isEmpty()) {
      start(loop, services);
      services.awaitEnd();
      return;
    }
    try (WebServer server = WebServer.metrics(metrics, metrics.port().get(), meters)) {
      log.info("metrics at {}/metrics", server.address());
      start(loop, services);
      services.awaitEnd();
    }
  }

  /** The command {@code dpo sampler}. */
  @Command(name = "sampler", description = "Sample completion pairs with the newest policy.")
  static final class Sampler extends ServiceCommand {
    @Override
    void start(Loop loop, ServiceGroup services) {
      loop.startSampling(services);
    }
  }

  /** The command {@code dpo judge}. */
  @Command(
      name = "judge",
      description = "Judge pairs, and assemble the votes into preferences.",
      subcommands = JudgeStatsCommand.class)
  static final class Judge extends ServiceCommand {
    @Override
    void start(Loop loop, ServiceGroup services) {
      loop.startJudging(services);
    }
  }

  /** The command {@code dpo trainer}. */
  @Command(name = "trainer", description = "Train on preferences, and publish versions.")
  static final class Trainer extends ServiceCommand {
    @Override
    void start(Loop loop, ServiceGroup services) {
      services.start("trainer", loop.trainer());
    }
  }
}
