package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.sampler.pacing.Bound;
import io.dpostream.sampler.pacing.OutstandingWork;
import io.dpostream.sampler.pacing.Pacer;
import io.dpostream.sampler.pacing.PacingFollower;
import io.dpostream.sampler.pacing.PacingState;
import io.dpostream.sampler.pacing.SharedCounts;
import io.dpostream.sampler.versions.EngineUnavailableException;
import io.dpostream.sampler.versions.PolicyVersions;
import io.dpostream.sampler.versions.SamplingEngine;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Samples completion pairs for prompts with the newest published policy, as fast as judges and
 * trainer can use them.
 *
 * <p>A batch is sampled with one version. Its pairs and the offsets of its prompts commit in one
 * transaction, so a prompt is sampled from exactly once however often samplers are killed. The
 * samplers of a run share its prompts as a consumer group; of two with the same name, the newer one
 * takes over.
 */
public final class SamplerService implements Service {
  private static final Logger log = LoggerFactory.getLogger(SamplerService.class);
  private static final Duration IDLE = Duration.ofMillis(10);

  /** Between two tries of an engine that is not there yet. */
  private static final Duration AGAIN = Duration.ofMillis(100);

  private final SamplerRun run;
  private final String instance;
  private final SamplerConfig config;
  private final KafkaSettings kafka;
  private final SamplingEngine engine;
  private final InstantSource clock;
  private final SamplerListener listener;
  private final OutstandingWork work;
  private final Lifecycle lifecycle = new Lifecycle();
  private final OutageLog outages = new OutageLog("sampling");
  private final Retry retry = Retry.untilStopped();

  /**
   * @param instance names this sampler among those of the run, unless the configuration does
   * @param engine writes the completions
   * @param clock dates the pairs; nothing depends on it
   */
  public SamplerService(
      SamplerRun run,
      String instance,
      SamplerConfig config,
      KafkaSettings kafka,
      SamplingEngine engine,
      InstantSource clock,
      SamplerListener listener) {
    this.run = run;
    this.instance = config.instance().isEmpty() ? instance : config.instance();
    this.config = config;
    this.kafka = kafka;
    this.engine = engine;
    this.clock = clock;
    this.listener = listener;
    this.work = new OutstandingWork(run.forPeople());
  }

  private int boundForPeople() {
    return Math.min(config.maxWaitingForPeople(), run.mostForPeople());
  }

  /** The current counts of the run's pairs: sampled = outcomes + waiting. */
  public PacingState pacing() {
    return work.state();
  }

  /**
   * Samples until a stop is requested or the thread is interrupted.
   *
   * @throws UserException when the configuration leaves no room for the pairs of one prompt, a
   *     newer sampler has taken over, or a record that sampling depends on cannot be read
   */
  @Override
  public void run() {
    lifecycle.run(this::work);
  }

  private void work() {
    try (PolicyVersions versions =
            new PolicyVersions(run.runId(), kafka, engine, new VersionLog());
        PacingFollower follower = new PacingFollower(run.runId(), kafka, work)) {
      checkEngine();
      Pacer pacer = pacer();
      versions.start();
      follower.start();
      while (awaitVersion(versions, follower)) {
        try (SharedCounts counts = new SharedCounts(kafka, follower);
            SamplerMember member = member(versions, pacer, counts)) {
          member.sample();
        }
        awaitEngine();
      }
    } catch (InterruptException e) {
      log.debug("stopped", e);
    }
  }

  private SamplerMember member(PolicyVersions versions, Pacer pacer, SharedCounts counts) {
    return new SamplerMember(
        run,
        instance,
        config,
        kafka,
        new PairGenerator(run.runId(), kafka.topics().prompts().name(), config, clock),
        versions,
        pacer,
        work,
        counts,
        listener,
        outages,
        retry);
  }

  /**
   * Waits until there is something to sample with: whoever joins the others takes prompts from
   * them, and should be able to use them.
   *
   * @return whether there is; false when stopped before
   */
  private boolean awaitVersion(PolicyVersions versions, PacingFollower follower) {
    boolean announced = false;
    while (!retry.isStopped()) {
      boolean ready = versions.take().isPresent();
      if (!ready && !announced) {
        log.info("waiting for run {} to publish a version", run.runId());
        listener.waitingForVersion();
        announced = true;
      }
      if (follower.isCaughtUp() && ready) {
        return true;
      }
      retry.pause(IDLE);
    }
    return false;
  }

  /** Makes the pacer, and lets a partition of the preferences count up to its part of the bound. */
  private Pacer pacer() {
    String topic = kafka.topics().preferences().name();
    try (Admin admin = kafka.admin()) {
      int partitions = Topics.partitions(admin, Set.of(topic)).getOrDefault(topic, 1);
      Bound bound = new Bound(config.maxOutstandingBatches(), run.pairsPerStep(), partitions);
      bound.requireRoom(config.pairsOfAPrompt(), boundForPeople());
      work.countAtMost(bound::countAtMost);
      return new Pacer(bound.preferences(), bound.inFlight(), boundForPeople());
    }
  }

  /** Waits for an engine that is not there yet. */
  private void checkEngine() {
    while (!retry.isStopped()) {
      try {
        engine.check();
        outages.over();
        return;
      } catch (EngineUnavailableException e) {
        outages.during(String.valueOf(e.getMessage()));
        retry.pause(AGAIN);
      }
    }
  }

  /**
   * Waits for an engine that was lost. Others have the prompts meanwhile, so a server that is wrong
   * for the time being is waited for too, and nothing is tried again before they could take over.
   */
  private void awaitEngine() {
    boolean works = false;
    Duration pause = Duration.ofMillis(config.sessionTimeoutMs());
    while (!works && !retry.pause(pause)) {
      pause = AGAIN;
      try {
        engine.check();
        works = true;
      } catch (EngineUnavailableException | UserException e) {
        outages.during(String.valueOf(e.getMessage()));
      }
    }
  }

  /** Requests a stop after the current batch. */
  @Override
  public void requestStop() {
    lifecycle.requestStop();
    retry.stop();
  }

  @Override
  public boolean awaitStopped(Duration limit) throws InterruptedException {
    return lifecycle.awaitStopped(limit);
  }

  /** Logs what happens to versions, and passes it on to the listener. */
  private final class VersionLog implements PolicyVersions.Listener {
    private final OutageLog loading = new OutageLog("loading a version");

    @Override
    public void loaded(PolicyVersion version) {
      loading.over();
      log.info("sampling with version {} of run {}", version.getVersion(), run.runId());
      listener.versionLoaded(version);
    }

    @Override
    public void waiting(PolicyVersion version, String reason) {
      loading.during(reason);
    }

    @Override
    public void refused(PolicyVersion version, String reason) {
      log.warn("version {} of run {} refused: {}", version.getVersion(), run.runId(), reason);
      listener.versionRefused(version, reason);
    }
  }
}
