package io.dpostream.pipeline.run;

import io.dpostream.judge.Judges;
import io.dpostream.judge.assembler.AssemblerService;
import io.dpostream.judge.service.JudgeService;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.metrics.Listeners;
import io.dpostream.sampler.SamplerRun;
import io.dpostream.sampler.SamplerService;
import io.dpostream.sampler.feed.PromptFeeder;
import io.dpostream.sampler.versions.FetchingEngine;
import io.dpostream.sampler.versions.ModelPolicy;
import io.dpostream.sampler.versions.PolicyLoader;
import io.dpostream.sampler.versions.SamplingEngine;
import io.dpostream.sampler.vllm.VllmEngine;
import io.dpostream.settings.service.Service;
import io.dpostream.storage.VersionFolders;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.learner.LearnerSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of a run, made from its settings: feeder, sampler, judge, assembler and trainer,
 * whose versions go back to the sampler. They know each other only through topics.
 */
public final class Loop {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private final Settings settings;
  private final String name;
  private final RunFolder folder;
  private final KafkaSettings kafka;
  private final PolicyLoader loader;
  private final VersionFolders versions;
  private final Listeners listeners;

  /**
   * @param name of this process among those that work on the run
   * @param versions finds what was published, for the sampler
   * @param listeners notified of what the services do
   */
  public Loop(
      Settings settings,
      String name,
      RunFolder folder,
      KafkaSettings kafka,
      PolicyLoader loader,
      VersionFolders versions,
      Listeners listeners) {
    this.listeners = listeners;
    this.settings = settings;
    this.name = name;
    this.folder = folder;
    this.kafka = kafka;
    this.loader = loader;
    this.versions = versions;
  }

  /** Starts all services, those that others wait for first. */
  public void start(ServiceGroup services) {
    services.start("trainer", trainer());
    startJudging(services);
    startSampling(services);
  }

  /** Starts the services that turn pairs into preferences. */
  public void startJudging(ServiceGroup services) {
    int votes = settings.assembler().votes();
    int machines = settings.judge().machinesOnOnePair();
    if (votes < machines) {
      log.warn(
          "assembler.votes: {}, but {} judges see the same pairs; the first vote ends a pair, even if it is"
              + " an abstention",
          votes,
          machines);
    }
    services.start("assembler", assembler());
    services.start("judge", judge());
  }

  /** Starts the services that bring in new pairs. */
  public void startSampling(ServiceGroup services) {
    services.start("sampler", sampler());
    if (!settings.prompts().file().isEmpty()) {
      services.start("feeder", feeder());
    }
  }

  /** Stops the services that bring in new pairs; the others work on with the existing ones. */
  public void stopSampling(ServiceGroup services) {
    services.stop("feeder");
    services.stop("sampler");
  }

  /** The consumer groups that the services work in. */
  static List<String> groups(Settings settings, KafkaSettings kafka) {
    return Stream.concat(
            Stream.of(
                AssemblerService.groupId(kafka),
                SamplerRun.groupId(kafka, settings.run().id()),
                PromptFeeder.groupId(kafka, settings.run().id(), settings.prompts())),
            JudgeService.groups(settings.judge(), kafka))
        .toList();
  }

  /**
   * Creates what writes the sampler's completions.
   *
   * @param loader of policies in this process
   */
  static SamplingEngine engine(Settings settings, PolicyLoader loader) {
    return switch (settings.sampler().engine()) {
      case BUILTIN -> loader;
      case VLLM ->
          VllmEngine.of(settings.sampler(), settings.trainer().lora().loraR(), System.getenv());
    };
  }

  /** Creates what finds published versions as folders; one for a process. */
  public static VersionFolders versions(Settings settings, RunFolder folder) {
    return new VersionFolders(settings.publish(), folder.fetched());
  }

  /** Creates a loader of policies with the sampler's configuration. */
  public static PolicyLoader loader(Settings settings) {
    return ModelPolicy.loader(settings.sampler());
  }

  /**
   * Creates a factory of learners that compute as configured.
   *
   * @param workFolder holds what they can compute again
   */
  public static LearnerFactory learners(Settings settings, Path workFolder) {
    return (config, policy, reference) ->
        DpoLearner.open(
            config, new LearnerSettings(policy, reference, settings.engine(), workFolder));
  }

  /** Creates the feeder of a file's prompts. */
  public Service feeder() {
    return new PromptFeeder(settings.run().id(), settings.prompts(), kafka);
  }

  /** Creates the sampler. */
  public Service sampler() {
    return new SamplerService(
        new SamplerRun(
            settings.run().id(),
            pairsPerStep(settings.trainer()),
            settings.judge().forPeople(),
            settings.judge().mostForPeople(),
            settings.prompts().topics(),
            settings.prompts().topicPattern()),
        name,
        settings.sampler(),
        kafka,
        new FetchingEngine(engine(settings, loader), versions),
        InstantSource.system(),
        listeners.sampler());
  }

  /** Creates the judge service. */
  public Service judge() {
    return new JudgeService(
        settings.judge(),
        Duration.ofMillis(settings.assembler().correctionWindowMs()),
        kafka,
        Judges.onClassPath(),
        listeners.judge(),
        Clock.systemUTC());
  }

  /** Creates the assembler. */
  public Service assembler() {
    return new AssemblerService(settings.assembler(), kafka, listeners.assembler());
  }

  /** Creates the trainer. */
  public Service trainer() {
    return Training.open(settings, folder, kafka, PreferenceSource.stream(), listeners.trainer());
  }

  private static int pairsPerStep(TrainerConfig trainer) {
    return trainer.batch().perDeviceTrainBatchSize() * trainer.batch().gradientAccumulationSteps();
  }
}
