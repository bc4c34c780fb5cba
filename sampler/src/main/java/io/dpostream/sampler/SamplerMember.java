package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.writing.Fencing;
import io.dpostream.kafka.writing.Outage;
import io.dpostream.kafka.writing.Retry;
import io.dpostream.sampler.pacing.OutstandingWork;
import io.dpostream.sampler.pacing.Pacer;
import io.dpostream.sampler.pacing.PacingState;
import io.dpostream.sampler.pacing.Share;
import io.dpostream.sampler.pacing.SharedCounts;
import io.dpostream.sampler.versions.EngineUnavailableException;
import io.dpostream.sampler.versions.PolicyVersions;
import io.dpostream.sampler.versions.ServedPolicy;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.WorkEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of a run's samplers at work: takes its share of the prompts, has them sampled from, and
 * commits. It polls its group at every turn, whatever else it waits for. Used by one thread.
 */
final class SamplerMember implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SamplerMember.class);
  private static final Duration IDLE = Duration.ofMillis(10);
  private static final Duration ASKING = Duration.ofMillis(1);
  private static final Duration WORKING = Duration.ofMillis(20);

  /** Between two tries of an engine that is out of reach, and after a swap at the wrong moment. */
  private static final Duration AGAIN = Duration.ofMillis(100);

  /** How long less than half a batch may wait for room. */
  private static final Duration LINGER = Duration.ofMillis(250);

  /** A state of the group that is always over. */
  private static final long BEFORE_ANY = -1;

  private final KafkaSettings kafka;
  private final SamplerConfig config;
  private final String clientId;
  private final String transactionalId;
  private final Fencing fencing;
  private final PolicyVersions versions;
  private final Pacer pacer;
  private final OutstandingWork work;
  private final SharedCounts counts;
  private final SamplerListener listener;
  private final Retry retry;
  private final OutageLog outages;
  private final BatchSampler sampler;
  private final PromptGroup group;
  private PairWriter writer;
  private Optional<Running> running = Optional.empty();
  private long changesSeen;
  private long idleSince = System.nanoTime();
  private long notBefore = System.nanoTime();
  private Optional<Long> unavailableSince = Optional.empty();
  private boolean leaving;

  /**
   * A batch that is being sampled from.
   *
   * @param changes of the group when it began
   */
  private record Running(
      ServedPolicy policy,
      List<FetchedPrompt> batch,
      Future<List<SampledPrompt>> result,
      long changes,
      long begun) {

    /** What is left of it, to be committed by whoever its prompts belong to after a change. */
    Running sampledBeforeAChange(List<SampledPrompt> sampled) {
      List<FetchedPrompt> prompts = sampled.stream().map(SampledPrompt::prompt).toList();
      return new Running(
          policy, prompts, CompletableFuture.completedFuture(sampled), BEFORE_ANY, begun);
    }
  }

  SamplerMember(
      SamplerRun run,
      String instance,
      SamplerConfig config,
      KafkaSettings kafka,
      PairGenerator generator,
      PolicyVersions versions,
      Pacer pacer,
      OutstandingWork work,
      SharedCounts counts,
      SamplerListener listener,
      OutageLog outages,
      Retry retry) {
    String groupId = SamplerRun.groupId(kafka, run.runId());
    this.kafka = kafka;
    this.config = config;
    this.clientId = groupId + "-" + instance;
    this.transactionalId = SamplerRun.transactionalId(kafka, run.runId(), instance);
    this.fencing =
        new Fencing(
            "sampler '%s' of run %s".formatted(instance, run.runId()),
            "give each sampler of a run its own sampler.instance");
    this.versions = versions;
    this.pacer = pacer;
    this.work = work;
    this.counts = counts;
    this.listener = listener;
    this.outages = outages;
    this.retry = retry;
    this.sampler = new BatchSampler(kafka, generator, retry);
    this.group =
        new PromptGroup(
            kafka, groupId, instance, PromptTopics.of(kafka, run), config, fencing, retry);
    this.writer = newWriter();
  }

  /**
   * Samples until stopped, and ends what it has begun. Returns as well when its engine has been out
   * of reach for as long as a silent sampler keeps its prompts, and others could have them.
   *
   * @throws UserException when a newer sampler of the same name has taken over
   */
  void sample() {
    retry.run(writer::takeOver);
    group.join();
    while (!(retry.isStopped() || leaving) || running.isPresent()) {
      turn();
    }
  }

  private void turn() {
    counts.check();
    if (running.isPresent()) {
      boolean done = isDone(running.get().result) && System.nanoTime() - notBefore >= 0;
      group.poll(done ? Duration.ZERO : ASKING, config.batchSize());
      noticeChanges();
      if (done) {
        finish(running.get());
      }
    } else {
      group.poll(counts.isAsking() ? ASKING : IDLE, config.batchSize());
      noticeChanges();
      begin();
    }
  }

  /** Prompts that were another's before are not sampled from until its pairs are counted. */
  private void noticeChanges() {
    if (group.changes() != changesSeen) {
      changesSeen = group.changes();
      counts.distrust();
      checkShare(group.share());
    }
  }

  /**
   * Gives way where the bound has no place for another sampler: somebody's prompts would stay
   * unsampled.
   *
   * @throws UserException unless this one may stay
   */
  private void checkShare(Share share) {
    int pairs = config.pairsOfAPrompt();
    int places = pacer.places(share.all(), pairs);
    if (places < share.all() && pacer.isOneTooMany(place(), share.all(), pairs)) {
      throw new UserException(
          "sampler.max_outstanding_batches: the bound has room for %d samplers of a run; raise it, or start fewer"
              .formatted(places));
    }
    if (share.own() > 0 && !pacer.hasRoom(share, pairs * config.batchSize())) {
      log.info(
          "a batch of {} prompts is more than a sampler's part of the bound; raise"
              + " sampler.max_outstanding_batches for full batches",
          config.batchSize());
    }
  }

  private long place() {
    try (Admin admin = kafka.admin()) {
      return retry.call(() -> group.place(admin));
    }
  }

  private void begin() {
    Optional<ServedPolicy> policy = versions.take();
    int most = promptsNow();
    if (policy.isEmpty() || most == 0 || group.ahead() == 0 || System.nanoTime() - notBefore < 0) {
      return;
    }
    if (!counts.areRecent(group.share())) {
      return;
    }
    List<FetchedPrompt> batch = group.take(promptsNow());
    if (!batch.isEmpty()) {
      running =
          Optional.of(
              new Running(
                  policy.get(),
                  batch,
                  sampler.begin(policy.get(), batch),
                  changesSeen,
                  System.nanoTime()));
    }
  }

  /**
   * Returns how many prompts to sample from now; 0 while there is no room, or more room is likely
   * soon.
   */
  private int promptsNow() {
    PacingState state = work.state();
    listener.paced(state);
    boolean lingered = System.nanoTime() - idleSince > LINGER.toNanos();
    return pacer.prompts(
        state, group.share(), config.batchSize(), config.pairsOfAPrompt(), lingered);
  }

  private static boolean isDone(Future<?> result) {
    try {
      result.get(WORKING.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void finish(Running batch) {
    boolean changed = batch.changes != changesSeen;
    if (changed && !counts.areRecent(group.share())) {
      return; // asked again at the next turn
    }
    running = Optional.empty();
    idleSince = System.nanoTime();
    Optional<List<SampledPrompt>> sampled = sampled(batch);
    if (sampled.isEmpty()) {
      group.giveBack(batch.batch);
      notBefore = System.nanoTime() + AGAIN.toNanos();
      return;
    }
    List<SampledPrompt> kept = changed ? stillOurs(sampled.get()) : sampled.get();
    if (!kept.isEmpty() && commit(batch, kept)) {
      report(batch, kept);
    }
  }

  /** What came of a batch; nothing if the engine cannot write now. */
  private Optional<List<SampledPrompt>> sampled(Running batch) {
    try {
      List<SampledPrompt> sampled = batch.result.get();
      outages.over();
      unavailableSince = Optional.empty();
      return Optional.of(sampled);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineUnavailableException unavailable) {
        noticeOutage(String.valueOf(unavailable.getMessage()));
        return Optional.empty();
      }
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Decides to leave when the engine has been out of reach for long. Otherwise the partitions of
   * this sampler would fill up, and a feeder wait for them with all others.
   *
   * @param reason empty if another version is to be taken, which is no outage
   */
  private void noticeOutage(String reason) {
    outages.during(reason);
    if (reason.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    long since = unavailableSince.orElse(now);
    unavailableSince = Optional.of(since);
    boolean isLong = now - since >= TimeUnit.MILLISECONDS.toNanos(config.sessionTimeoutMs());
    if (isLong && !group.share().isWhole()) {
      log.warn("leaves its prompts to the other samplers until its engine works again");
      leaving = true;
    }
  }

  /**
   * Keeps what may be written after partitions have changed hands: prompts that are still this
   * member's, as many as its new share has room for. The others are sampled from again, by whoever
   * has them.
   */
  private List<SampledPrompt> stillOurs(List<SampledPrompt> sampled) {
    int room = pacer.room(work.state(), group.share());
    List<SampledPrompt> kept = new ArrayList<>();
    List<FetchedPrompt> later = new ArrayList<>();
    for (SampledPrompt one : sampled) {
      if (!group.holds(one.prompt())) {
        continue;
      }
      room -= one.pairs().size();
      if (room < 0 || !later.isEmpty()) {
        later.add(one.prompt());
      } else {
        kept.add(one);
      }
    }
    group.giveBack(later);
    return kept;
  }

  private boolean commit(Running batch, List<SampledPrompt> sampled) {
    List<String> ids =
        sampled.stream().flatMap(s -> s.pairs().stream()).map(CompletionPair::getPairId).toList();
    // reserved before they can be read back, so that the bound covers every pair at all times
    work.reserve(ids);
    try (WorkEvent event = WorkEvent.begin("sampler", "write", ids.size())) {
      writer.commit(
          sampled.stream().flatMap(s -> s.records().stream()).toList(),
          PromptGroup.offsetsAfter(sampled.stream().map(SampledPrompt::prompt).toList()),
          group.metadata());
      return true;
    } catch (InterruptException e) {
      throw e;
    } catch (CommitFailedException e) {
      log.debug("the group is changing, the batch is committed after that", e);
      reopen();
      work.release(ids);
      running = Optional.of(batch.sampledBeforeAChange(sampled));
      notBefore = System.nanoTime() + AGAIN.toNanos();
    } catch (KafkaException e) {
      if (Outage.isPermanent(e)) {
        throw e;
      }
      startAfresh(ids, Optional.empty(), e);
    } catch (UserException e) {
      if (!Fencing.isFenced(e)) {
        throw e;
      }
      startAfresh(ids, Optional.of(e), e);
    }
    return false;
  }

  /**
   * Begins again from what is committed, after a commit that may or may not have taken place.
   *
   * @param fenced set if the broker refused it as that of an older writer
   * @throws UserException {@code fenced}, when there is a newer sampler of the same name
   */
  private void startAfresh(List<String> reserved, Optional<UserException> fenced, Throwable why) {
    if (fenced.isPresent() && isReplaced()) {
      throw fenced.get();
    }
    log.warn("begins again at the last commit: {}", String.valueOf(why.getMessage()));
    reopen();
    group.rewind();
    noticeChanges();
    work.release(reserved);
  }

  /** Makes a new writer, and settles what the last one left open. */
  private void reopen() {
    writer.close();
    this.writer = newWriter();
    retry.run(writer::takeOver);
  }

  private boolean isReplaced() {
    try (Admin admin = kafka.admin()) {
      return retry.call(() -> group.isReplaced(admin));
    }
  }

  private PairWriter newWriter() {
    return new PairWriter(kafka, clientId, transactionalId, config.sessionTimeoutMs(), fencing);
  }

  private void report(Running batch, List<SampledPrompt> committed) {
    for (SampledPrompt one : committed) {
      if (one.result() instanceof SamplingResult.Refused refused) {
        String line =
            "prompt %d-%d is a dead letter: %s"
                .formatted(
                    refused.source().partition(), refused.source().offset(), refused.reason());
        log.warn(line);
        listener.promptRefused(line);
      }
    }
    List<CompletionPair> pairs = committed.stream().flatMap(s -> s.pairs().stream()).toList();
    long tokens =
        pairs.stream()
            .mapToLong(p -> p.getFirst().getTokenIds().size() + p.getSecond().getTokenIds().size())
            .sum();
    Duration generation = Duration.ofNanos(idleSince - batch.begun);
    listener.committed(
        new SamplerListener.Batch(batch.policy.version(), pairs.size(), tokens, generation));
  }

  @Override
  public void close() {
    sampler.close();
    writer.close();
    group.close();
  }
}
