package io.dpostream.judge.service;

import io.dpostream.judge.Judge;
import io.dpostream.judge.Judges;
import io.dpostream.schemas.KafkaSettings;
import io.dpostream.schemas.UserException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the configured judges, each in a thread of its own: completion-pairs in, judgments out. A
 * broker or registry out of reach is waited for; another fault stops the service and is thrown by
 * {@link #run}. Several processes may run the same judges and share the pairs.
 */
public final class JudgeService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JudgeService.class);
  private static final long RETRY_MS = 1000;
  private static final long CLOSE_TIMEOUT_MS = 30_000;

  private final JudgeConfig config;
  private final KafkaSettings settings;
  private final Judges judges;
  private final JudgeListener listener;
  private final Clock clock;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private final List<Worker> workers = new ArrayList<>();

  /** Judges of the types on the class path. */
  public JudgeService(JudgeConfig config, KafkaSettings settings) {
    this(config, settings, Judges.onClassPath(), JudgeListener.NONE, Clock.systemUTC());
  }

  /** The same, telling a listener and reading a clock. */
  public JudgeService(
      JudgeConfig config,
      KafkaSettings settings,
      Judges judges,
      JudgeListener listener,
      Clock clock) {
    this.config = config;
    this.settings = settings;
    this.judges = judges;
    this.listener = listener;
    this.clock = clock;
  }

  /** Runs until {@link #close} or an interrupt; throws what made it stop otherwise. */
  public void run() {
    List<Judge> made = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try {
      List<JudgeSpec> specs = config.specs();
      for (JudgeSpec spec : specs) {
        made.add(judges.create(spec.type(), spec.options()));
      }
      try (Admin admin = settings.admin()) {
        settings.topics().ensure(admin);
      }
      for (int i = 0; i < specs.size(); i++) {
        threads.addAll(threads(specs.get(i), made.get(i)));
      }
      threads.forEach(Thread::start);
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stop(threads);
      made.forEach(Judge::close);
      ended.countDown();
    }
    if (failure.get() != null) {
      throw failure.get();
    }
  }

  /** Hands back what is under way and waits until it is; safe to call more than once. */
  @Override
  public void close() {
    closing.countDown();
    try {
      if (!ended.await(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
        log.warn("judges were not running, or have not stopped within {} ms", CLOSE_TIMEOUT_MS);
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** The workers that bring pairs to a judge, each in a thread. */
  private List<Thread> threads(JudgeSpec spec, Judge judge) {
    Bench bench = new Bench(spec, config, judge, listener, clock);
    List<Supplier<Worker>> makers = new ArrayList<>();
    switch (spec.delivery()) {
      case TRANSACTIONS ->
          makers.add(() -> new TransactionalWorker(spec, config, settings, bench, listener));
      case SHARE_GROUP -> {
        ShareGroup group = ShareGroup.of(spec, config, settings);
        group.configure();
        for (int i = 0; i < group.members(); i++) {
          int member = i;
          makers.add(() -> new ShareGroupWorker(spec, config, settings, bench, listener, member));
        }
      }
    }
    return makers.stream()
        .map(maker -> new Thread(() -> work(spec, maker), "judge-" + spec.id()))
        .toList();
  }

  /** Works, and works again with a new connection when one has failed. */
  private void work(JudgeSpec spec, Supplier<Worker> maker) {
    while (closing.getCount() > 0) {
      try {
        work(maker.get());
      } catch (ProducerFencedException e) {
        fail(
            new UserException(
                "judge.instance: '%s' runs judge %s elsewhere too; give each process its own"
                    .formatted(config.instance(), spec.id()),
                e));
      } catch (InterruptException e) {
        return;
      } catch (RuntimeException e) {
        if (!isOutOfReach(e)) {
          fail(e);
          return;
        }
        log.warn("judge {} retries in {} ms: {}", spec.id(), RETRY_MS, e.toString());
        pause();
      }
    }
  }

  private void work(Worker worker) {
    synchronized (workers) {
      workers.add(worker);
    }
    try {
      if (closing.getCount() == 0) {
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
    closing.countDown();
    boolean interrupted = Thread.interrupted();
    synchronized (workers) {
      workers.forEach(Worker::stop);
    }
    for (Thread thread : threads) {
      try {
        thread.join(CLOSE_TIMEOUT_MS);
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
    closing.countDown();
  }

  private void pause() {
    try {
      closing.await(RETRY_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Kafka's own faults may pass with time and a new connection, but for those that cannot. */
  private static boolean isOutOfReach(RuntimeException e) {
    return e instanceof KafkaException
        && !(e instanceof AuthenticationException
            || e instanceof AuthorizationException
            || e instanceof UnsupportedVersionException
            || e instanceof InvalidConfigurationException
            || e instanceof SerializationException);
  }
}
