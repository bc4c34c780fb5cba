package io.dpostream.judge.service;

import io.dpostream.judge.Judge;
import io.dpostream.judge.Judges;
import io.dpostream.judge.human.AnnotatorPanel;
import io.dpostream.judge.human.HumanPage;
import io.dpostream.judge.human.TaskTable;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.writing.Backoff;
import io.dpostream.kafka.writing.Outage;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the configured judges, each in a thread of its own: completion-pairs in, judgments out. A
 * broker or registry out of reach is waited for; another fault stops the service and is thrown by
 * {@link #run}. Several processes may run the same judges and share the pairs.
 */
public final class JudgeService implements Service {
  private static final Logger log = LoggerFactory.getLogger(JudgeService.class);
  private static final Backoff BACKOFF = Backoff.standard();

  /** A worker that held out so long did not fail because of what failed before. */
  private static final Duration WORKED = Duration.ofSeconds(30);

  private final JudgeConfig config;
  private final Duration correctionWindow;
  private final KafkaSettings settings;
  private final Judges judges;
  private final JudgeListener listener;
  private final Clock clock;
  private final Lifecycle lifecycle = new Lifecycle();
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private final List<JudgeWorker> workers = new ArrayList<>();

  /** Judges of the types on the class path; no correction counts. */
  public JudgeService(JudgeConfig config, KafkaSettings settings) {
    this(
        config,
        Duration.ZERO,
        settings,
        Judges.onClassPath(),
        JudgeListener.NONE,
        Clock.systemUTC());
  }

  /**
   * The same, telling a listener and reading a clock.
   *
   * @param correctionWindow how long after a pair's outcome the assembler lets people's votes count
   */
  public JudgeService(
      JudgeConfig config,
      Duration correctionWindow,
      KafkaSettings settings,
      Judges judges,
      JudgeListener listener,
      Clock clock) {
    this.config = config;
    this.correctionWindow = correctionWindow;
    this.settings = settings;
    this.judges = judges;
    this.listener = new AbstentionAlarm(config, listener, clock);
    this.clock = clock;
  }

  /**
   * Makes every judge and lets go of it again, so that a mistake is told before anything starts.
   *
   * @throws UserException when one cannot be made as it is configured
   */
  public static void check(JudgeConfig config, Judges judges) {
    for (JudgeSpec spec : config.judges()) {
      if (spec.isHuman()) {
        AnnotatorPanel.of(spec.options(), config.path(spec), System.getenv());
      } else {
        judges.create(spec.type(), spec.options(), config.path(spec)).close();
      }
    }
  }

  /** The consumer groups of judges that work in one; a name may be of none. */
  public static Stream<String> groups(JudgeConfig config, KafkaSettings settings) {
    return config.judges().stream().map(spec -> TransactionalWorker.groupId(spec, settings));
  }

  @Override
  public void run() {
    lifecycle.run(this::judge);
  }

  private void judge() {
    List<PreparedJudge> seats = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try {
      for (JudgeSpec spec : config.judges()) {
        seats.add(spec.isHuman() ? people(spec) : seat(spec));
      }
      try (Admin admin = settings.admin()) {
        settings.topics().ensure(admin);
      }
      for (PreparedJudge seat : seats) {
        seat.prepare().run();
        for (Supplier<JudgeWorker> maker : seat.workers()) {
          threads.add(new Thread(() -> work(seat.spec(), maker), "judge-" + seat.spec().id()));
        }
      }
      threads.forEach(Thread::start);
      lifecycle.awaitStopRequest();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stop(threads);
      seats.forEach(seat -> seat.close().run());
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  /** Asks to stop; what is under way is handed back. */
  @Override
  public void requestStop() {
    lifecycle.requestStop();
  }

  @Override
  public boolean awaitStopped(Duration limit) throws InterruptedException {
    return lifecycle.awaitStopped(limit);
  }

  /** A judge that answers when it is asked. */
  private PreparedJudge seat(JudgeSpec spec) {
    Judge judge = judges.create(spec.type(), spec.options(), config.path(spec));
    JudgeInvoker invoker = new JudgeInvoker(spec, config, judge, listener, clock);
    if (spec.deliveryTo(judge.kind()) == JudgeSpec.Delivery.TRANSACTIONS) {
      return new PreparedJudge(
          spec,
          judge::close,
          () -> {},
          List.of(() -> new TransactionalWorker(spec, config, settings, invoker, listener)));
    }
    ShareGroup group = ShareGroup.of(spec, config, settings);
    List<Supplier<JudgeWorker>> members = new ArrayList<>();
    for (int i = 0; i < group.members(); i++) {
      int member = i;
      members.add(() -> new ShareGroupWorker(spec, config, settings, invoker, listener, member));
    }
    return new PreparedJudge(spec, judge::close, group::configure, members);
  }

  /** People, who come to their page when they like. */
  private PreparedJudge people(JudgeSpec spec) {
    AnnotatorPanel panel = AnnotatorPanel.of(spec.options(), config.path(spec), System.getenv());
    HumanPage page = HumanPage.start(panel, clock);
    log.info("judge {}: people judge at {}", spec.id(), page.address());
    listener.pageServed(spec.id(), page.address());
    HumanRecords records = new HumanRecords(spec.id(), panel.version());
    Supplier<JudgeWorker> worker =
        () ->
            new HumanWorker(
                spec,
                page,
                records,
                new TaskTable(panel.rules(spec.id(), correctionWindow)),
                settings,
                listener,
                clock);
    return new PreparedJudge(spec, page::close, () -> {}, List.of(worker));
  }

  /** Works, and works again with a new connection when one has failed. */
  private void work(JudgeSpec spec, Supplier<JudgeWorker> maker) {
    for (int failures = 0; !lifecycle.isStopRequested(); failures++) {
      long begun = System.nanoTime();
      try {
        work(maker.get());
      } catch (InterruptException e) {
        return;
      } catch (RuntimeException e) {
        if (lifecycle.isStopRequested()) {
          log.info("judge {} stopped with work under way: {}", spec.id(), e.toString());
          return;
        }
        if (!Outage.passesWithNewClient(e)) {
          fail(e);
          return;
        }
        if (System.nanoTime() - begun > WORKED.toNanos()) {
          failures = 0;
        }
        Duration delay = BACKOFF.delay(failures, ThreadLocalRandom.current().nextDouble());
        log.warn("judge {} retries in {} ms: {}", spec.id(), delay.toMillis(), e.toString());
        pause(delay);
      } catch (Error e) {
        fail(new IllegalStateException("judge " + spec.id() + " stops: " + e, e));
        return;
      }
    }
  }

  private void work(JudgeWorker worker) {
    synchronized (workers) {
      workers.add(worker);
    }
    try {
      if (lifecycle.isStopRequested()) {
        worker.stop();
      }
      worker.run();
    } finally {
      synchronized (workers) {
        workers.remove(worker);
      }
    }
  }

  private void stop(List<Thread> threads) {
    lifecycle.requestStop();
    boolean interrupted = Thread.interrupted();
    synchronized (workers) {
      workers.forEach(JudgeWorker::stop);
    }
    long deadline = System.nanoTime() + PARTS_LIMIT.toNanos();
    for (Thread thread : threads) {
      try {
        TimeUnit.NANOSECONDS.timedJoin(thread, deadline - System.nanoTime());
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void fail(RuntimeException e) {
    failure.compareAndSet(null, e);
    lifecycle.requestStop();
  }

  private void pause(Duration delay) {
    try {
      lifecycle.pause(delay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
