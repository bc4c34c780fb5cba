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
import io.dpostream.sampler.versions.ModelPolicy;
import io.dpostream.sampler.versions.PolicyLoader;
import io.dpostream.settings.service.Service;
import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.learner.DpoLearner;
import io.dpostream.trainer.learner.LearnerFactory;
import io.dpostream.trainer.learner.LearnerSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of a run, made from its settings: prompts to sampler to judge to assembler to
 * trainer, and back to the sampler. They know of each other only through topics.
 */
public final class Loop {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private final Settings settings;
  private final RunFolder folder;
  private final KafkaSettings kafka;
  private final PolicyLoader loader;
  private final Listeners listeners;

  /**
   * @param listeners told what the services do
   */
  public Loop(
      Settings settings,
      RunFolder folder,
      KafkaSettings kafka,
      PolicyLoader loader,
      Listeners listeners) {
    this.listeners = listeners;
    this.settings = settings;
    this.folder = folder;
    this.kafka = kafka;
    this.loader = loader;
  }

  /** Starts all of them; those that others wait for come first. */
  public void start(ServiceGroup services) {
    services.start("trainer", trainer());
    startJudging(services);
    startSampling(services);
  }

  /** Starts what turns pairs into preferences. */
  public void startJudging(ServiceGroup services) {
    int votes = settings.assembler().votes();
    int machines = settings.judge().machinesOnOnePair();
    if (votes < machines) {
      log.warn(
          "assembler.votes: {}, but {} judges see the same pairs; what comes first ends a pair, be it"
              + " an abstention",
          votes,
          machines);
    }
    services.start("assembler", assembler());
    services.start("judge", judge());
  }

  /** Starts what brings in new pairs. */
  public void startSampling(ServiceGroup services) {
    services.start("sampler", sampler());
    if (!settings.prompts().file().isEmpty()) {
      services.start("feeder", feeder());
    }
  }

  /** Stops what brings in new pairs; the others go on with those that are there. */
  public void stopSampling(ServiceGroup services) {
    services.stop("feeder");
    services.stop("sampler");
  }

  /** Loads policies as the sampler is configured. */
  public static PolicyLoader loader(Settings settings) {
    return ModelPolicy.loader(settings.sampler());
  }

  /**
   * Makes learners that compute as configured.
   *
   * @param workFolder for what they can compute again
   */
  public static LearnerFactory learners(Settings settings, Path workFolder) {
    return (config, policy, reference) ->
        DpoLearner.open(
            config, new LearnerSettings(policy, reference, settings.engine(), workFolder));
  }

  /** Feeds the prompts of a file. */
  public Service feeder() {
    return new PromptFeeder(settings.run().id(), settings.prompts(), kafka);
  }

  /** Samples pairs. */
  public Service sampler() {
    return new SamplerService(
        new SamplerRun(
            settings.run().id(), pairsPerStep(settings.trainer()), settings.judge().forPeople()),
        settings.sampler(),
        kafka,
        loader,
        InstantSource.system(),
        listeners.sampler());
  }

  /** Judges pairs. */
  public Service judge() {
    return new JudgeService(
        settings.judge(),
        Duration.ofMillis(settings.assembler().correctionWindowMs()),
        kafka,
        Judges.onClassPath(),
        listeners.judge(),
        Clock.systemUTC());
  }

  /** Turns votes into preferences. */
  public Service assembler() {
    return new AssemblerService(settings.assembler(), kafka, listeners.assembler());
  }

  /** Trains and publishes. */
  public Service trainer() {
    return Training.open(settings, folder, kafka, PreferenceSource.stream(), listeners.trainer());
  }

  private static int pairsPerStep(TrainerConfig trainer) {
    return trainer.batch().perDeviceTrainBatchSize() * trainer.batch().gradientAccumulationSteps();
  }
}
