package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.sampler.pacing.OutstandingWork;
import io.dpostream.sampler.pacing.Pacer;
import io.dpostream.sampler.pacing.PacingFollower;
import io.dpostream.sampler.pacing.PacingState;
import io.dpostream.sampler.versions.EngineUnavailableException;
import io.dpostream.sampler.versions.PolicyVersions;
import io.dpostream.sampler.versions.SamplingEngine;
import io.dpostream.sampler.versions.ServedPolicy;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.PolicyVersion;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import io.dpostream.settings.service.WorkEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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
 * transaction, so a prompt is sampled from exactly once however often the sampler is killed; and a
 * second sampler of the same run takes over from the first.
 */
public final class SamplerService implements Service {
  private static final Logger log = LoggerFactory.getLogger(SamplerService.class);
  private static final Duration IDLE = Duration.ofMillis(10);
  private static final Duration FETCH = Duration.ofMillis(100);

  /** Between two tries of an engine that is out of reach, and after a swap at the wrong moment. */
  private static final Duration AGAIN = Duration.ofMillis(100);

  /** How long a batch may wait for room to fill up. */
  private static final Duration LINGER = Duration.ofMillis(250);

  private final SamplerRun run;
  private final SamplerConfig config;
  private final KafkaSettings kafka;
  private final SamplingEngine engine;
  private final InstantSource clock;
  private final SamplerListener listener;
  private final Pacer pacer;
  private final OutstandingWork work;
  private final Lifecycle lifecycle = new Lifecycle();
  private final OutageLog outages = new OutageLog("sampling");
  private final Retry retry = Retry.untilStopped();

  /**
   * @param engine writes the completions
   * @param clock dates the pairs; nothing depends on it
   * @throws UserException when the configuration leaves no room for the pairs of one prompt
   */
  public SamplerService(
      SamplerRun run,
      SamplerConfig config,
      KafkaSettings kafka,
      SamplingEngine engine,
      InstantSource clock,
      SamplerListener listener) {
    this.run = run;
    this.config = config;
    this.kafka = kafka;
    this.engine = engine;
    this.clock = clock;
    this.listener = listener;
    int bound = Math.multiplyExact(config.maxOutstandingBatches(), run.pairsPerStep());
    int boundForPeople = Math.min(config.maxWaitingForPeople(), run.mostForPeople());
    // Less than a batch of preferences can stay for good; the pairs of a prompt must fit beside it.
    int room = Math.min(bound - run.pairsPerStep() + 1, boundForPeople);
    if (config.pairsPerPrompt() > room) {
      throw new UserException(
          "sampler.pairs_per_prompt: %d exceeds the %d pairs that there is always room for; lower it, or raise sampler.max_outstanding_batches"
              .formatted(config.pairsPerPrompt(), room));
    }
    this.pacer = new Pacer(bound, boundForPeople);
    this.work = new OutstandingWork(run.forPeople());
  }

  /** The current counts of the run's pairs: sampled = outcomes + waiting. */
  public PacingState pacing() {
    return work.state();
  }

  /**
   * Samples until a stop is requested or the thread is interrupted.
   *
   * @throws UserException when a newer sampler has taken over, or a record that sampling depends on
   *     cannot be read
   */
  @Override
  public void run() {
    lifecycle.run(this::work);
  }

  private void work() {
    String id = SamplerRun.groupId(kafka, run.runId());
    try (PolicyVersions versions =
            new PolicyVersions(run.runId(), kafka, engine, new VersionLog());
        PacingFollower follower = new PacingFollower(run.runId(), kafka, work);
        PromptReader prompts = new PromptReader(kafka, id, retry);
        PairWriter pairs = new PairWriter(run.runId(), kafka, retry)) {
      checkEngine();
      pairs.takeOver();
      countByPartition();
      prompts.seekToCommitted();
      versions.start();
      follower.start();
      sample(versions, follower, prompts, pairs);
    } catch (InterruptException e) {
      log.debug("stopped", e);
    }
  }

  /** Lets a partition of the preferences count up to what the bound's steps take from it. */
  private void countByPartition() {
    String topic = kafka.topics().preferences().name();
    try (Admin admin = kafka.admin()) {
      int partitions = Topics.partitions(admin, Set.of(topic)).getOrDefault(topic, 1);
      int share = run.pairsPerStep() / partitions;
      int rest = run.pairsPerStep() % partitions;
      work.countAtMost(
          partition -> config.maxOutstandingBatches() * (share + (partition < rest ? 1 : 0)));
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

  private void sample(
      PolicyVersions versions, PacingFollower follower, PromptReader prompts, PairWriter pairs) {
    PairGenerator generator = new PairGenerator(run.runId(), config, clock);
    boolean announced = false;
    long lastBatch = System.nanoTime();
    List<PromptRecord> batch = List.of(); // kept while it cannot be sampled from
    while (!retry.isStopped()) {
      Optional<ServedPolicy> policy = versions.take();
      if (policy.isEmpty() && !announced) {
        log.info("waiting for run {} to publish a version", run.runId());
        listener.waitingForVersion();
        announced = true;
      }
      int most = follower.isCaughtUp() ? promptsNow(lastBatch) : 0;
      if (policy.isEmpty() || (most == 0 && batch.isEmpty())) {
        retry.pause(IDLE);
        continue;
      }
      if (batch.isEmpty()) {
        batch = prompts.take(most, FETCH);
      }
      if (!batch.isEmpty() && sampleBatch(policy.get(), batch, generator, prompts, pairs)) {
        batch = List.of();
        lastBatch = System.nanoTime();
      }
    }
  }

  /**
   * Returns how many prompts to sample from now; 0 while there is no room, or more room is likely
   * soon.
   */
  private int promptsNow(long lastBatchNanos) {
    PacingState state = work.state();
    listener.paced(state);
    int most = Math.min(config.batchSize(), pacer.room(state) / config.pairsPerPrompt());
    boolean lingered = System.nanoTime() - lastBatchNanos > LINGER.toNanos();
    return most == config.batchSize() || lingered ? most : 0;
  }

  /** Returns false if nothing could be sampled now; the batch is then to be tried again. */
  private boolean sampleBatch(
      ServedPolicy policy,
      List<PromptRecord> batch,
      PairGenerator generator,
      PromptReader prompts,
      PairWriter writer) {
    long start = System.nanoTime();
    List<SamplingResult> sampled;
    try (WorkEvent work = WorkEvent.begin("sampler", "generate", batch.size())) {
      sampled = generator.generate(policy, batch);
      outages.over();
    } catch (EngineUnavailableException e) {
      outages.during(String.valueOf(e.getMessage()));
      retry.pause(AGAIN);
      return false;
    }
    Duration generation = Duration.ofNanos(System.nanoTime() - start);
    List<CompletionPair> pairs =
        sampled.stream()
            .filter(SamplingResult.Pairs.class::isInstance)
            .flatMap(s -> ((SamplingResult.Pairs) s).pairs().stream())
            .toList();
    // reserved before they can be read back, so that the bound covers every pair at all times
    work.reserve(pairs.stream().map(CompletionPair::getPairId).toList());
    try (WorkEvent work = WorkEvent.begin("sampler", "write", pairs.size())) {
      writer.commit(sampled, PromptReader.offsetsAfter(batch), prompts.group());
    }
    report(policy, sampled, pairs, generation);
    return true;
  }

  private void report(
      ServedPolicy policy,
      List<SamplingResult> sampled,
      List<CompletionPair> pairs,
      Duration generation) {
    for (SamplingResult one : sampled) {
      if (one instanceof SamplingResult.Refused refused) {
        String line =
            "prompt %d-%d is a dead letter: %s"
                .formatted(
                    refused.source().partition(), refused.source().offset(), refused.reason());
        log.warn(line);
        listener.promptRefused(line);
      }
    }
    long tokens =
        pairs.stream()
            .mapToLong(p -> p.getFirst().getTokenIds().size() + p.getSecond().getTokenIds().size())
            .sum();
    listener.committed(
        new SamplerListener.Batch(policy.version(), pairs.size(), tokens, generation));
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
