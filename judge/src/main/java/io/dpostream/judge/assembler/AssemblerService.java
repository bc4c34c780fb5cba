package io.dpostream.judge.assembler;

import io.dpostream.judge.assembler.AssemblerConfig.GroupProtocol;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.writing.Backoff;
import io.dpostream.kafka.writing.Outage;
import io.dpostream.settings.Spelling;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.rocksdb.NativeLibraryLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Assembles preferences from pairs and judgments, exactly once, until it is asked to stop. Several
 * may run for one deployment and share the partitions. A broker or registry out of reach is waited
 * for; another fault stops the service and is thrown by {@link #run}.
 */
public final class AssemblerService implements Service {
  private static final int BATCH_BYTES = 256 * 1024;
  private static final int POLL_RECORDS = 4000;
  private static final int FETCH_BYTES = 4 * 1024 * 1024;
  private static final int MAX_POLL_INTERVAL_MS = 60_000;

  /** A pair with all that is remembered of its votes, or a record with where it stood. */
  private static final int STATE_BYTES = 2 * KafkaSettings.LARGEST_RECORD_BYTES;

  private static final Logger log = LoggerFactory.getLogger(AssemblerService.class);
  private static final Backoff BACKOFF = Backoff.standard();
  private static final long OTHERS_MS = 1000;
  private static final long WATCH_MS = 5000;

  private final AssemblerConfig config;
  private final KafkaSettings settings;
  private final AssemblerListener listener;
  private final AtomicInteger failures = new AtomicInteger();
  private final Lifecycle lifecycle = new Lifecycle();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile CountDownLatch stop = new CountDownLatch(1);
  private volatile boolean grown;

  /** A service that tells nobody. */
  public AssemblerService(AssemblerConfig config, KafkaSettings settings) {
    this(config, settings, AssemblerListener.NONE);
  }

  /** A service that tells a listener. */
  public AssemblerService(
      AssemblerConfig config, KafkaSettings settings, AssemblerListener listener) {
    this.config = config;
    this.settings = settings;
    this.listener = listener;
  }

  @Override
  public void run() {
    lifecycle.run(this::assemble);
  }

  private void assemble() {
    try (Admin admin = settings.admin()) {
      settings.topics().ensure(admin);
      PairPartitioning tasks = tasks(admin);
      while (!ranToTheEnd(admin, tasks)) {
        PairPartitioning before = tasks;
        tasks = tasks(admin);
        if (tasks.equals(before)) {
          throw failure();
        }
        log.info("assembler starts again: its input topics were given more partitions");
      }
    }
  }

  /** Asks to stop after the transaction at hand. */
  @Override
  public void requestStop() {
    lifecycle.requestStop();
    stop.countDown();
  }

  @Override
  public boolean awaitStopped(Duration limit) throws InterruptedException {
    return lifecycle.awaitStopped(limit);
  }

  /** Whether it ran until it was told to stop, and not until it failed or the topics grew. */
  private boolean ranToTheEnd(Admin admin, PairPartitioning tasks) {
    failure.set(null);
    grown = false;
    stop = new CountDownLatch(1);
    AssemblerGroup group = new AssemblerGroup(admin, applicationId());
    if (!othersHaveLeft(group, tasks)) {
      return true;
    }
    if (config.store() == AssemblerConfig.Store.ROCKSDB) {
      unpackNativeLibrary();
    }
    Map<String, Object> properties = properties();
    properties.put(StreamsConfig.CLIENT_ID_CONFIG, group.clientId(tasks));
    KafkaStreams streams =
        new KafkaStreams(
            AssemblerTopology.build(settings, config, tasks, listener),
            new StreamsConfig(properties));
    streams.setUncaughtExceptionHandler(this::onFailure);
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING) {
            failures.set(0);
          } else if (now == KafkaStreams.State.ERROR) {
            stop.countDown();
          }
        });
    try {
      streams.start();
      watch(admin, tasks);
      stop.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      boolean interrupted = Thread.interrupted();
      streams.close(
          CloseOptions.timeout(PARTS_LIMIT)
              .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return failure.get() == null && !grown;
  }

  /**
   * Waits for those that work in the other shape, with tasks of other meanings: among them, two
   * members could take one store for theirs. They see by themselves that the topics have grown.
   *
   * @return false when it was told to stop
   */
  private boolean othersHaveLeft(AssemblerGroup group, PairPartitioning tasks) {
    try {
      if (!lifecycle.isStopRequested() && group.hasOthers(tasks)) {
        log.info("assembler waits for others, which have not seen yet that its topics have grown");
        do {
          stop.await(OTHERS_MS, TimeUnit.MILLISECONDS);
        } while (!lifecycle.isStopRequested() && group.hasOthers(tasks));
      }
    } catch (InterruptedException | InterruptException e) {
      Thread.currentThread().interrupt();
    }
    return !lifecycle.isStopRequested() && !Thread.currentThread().isInterrupted();
  }

  /** Stops when the topics have grown, from a thread that ends with the work. */
  private void watch(Admin admin, PairPartitioning tasks) {
    CountDownLatch until = stop;
    Thread watch =
        new Thread(
            () -> {
              try {
                while (!until.await(WATCH_MS, TimeUnit.MILLISECONDS)) {
                  if (haveGrown(admin, tasks)) {
                    grown = true;
                    until.countDown();
                  }
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "assembler-topics");
    watch.setDaemon(true);
    watch.start();
  }

  private boolean haveGrown(Admin admin, PairPartitioning tasks) {
    try {
      return !tasks(admin).equals(tasks);
    } catch (UserException | KafkaException outOfReach) {
      return false;
    }
  }

  private RuntimeException failure() {
    Throwable cause = failure.get();
    return cause instanceof RuntimeException e
        ? e
        : new IllegalStateException("the assembler stopped", cause);
  }

  /** Tasks for the topics that there are, by the number of their partitions. */
  private PairPartitioning tasks(Admin admin) {
    String pairs = settings.topics().completionPairs().name();
    String judgments = settings.topics().judgments().name();
    String store = applicationId() + "-" + AssemblerTopology.PAIR_STORE + "-changelog";
    Map<String, Integer> partitions = Topics.partitions(admin, Set.of(pairs, judgments, store));
    int inputs = Math.max(partitions.getOrDefault(pairs, 1), partitions.getOrDefault(judgments, 1));
    int begunWith =
        partitions.getOrDefault(store, config.partitions() == 0 ? inputs : config.partitions());
    if (config.partitions() != 0 && config.partitions() != begunWith) {
      throw new UserException(
          "assembler.partitions: %d is not what this deployment's assembler began with; set it to %d, or 0"
              .formatted(config.partitions(), begunWith));
    }
    return PairPartitioning.of(begunWith, inputs);
  }

  /**
   * Unpacks RocksDB's library into the folder for local state, under one name: left to itself, it
   * puts another copy into the temporary folder at every start, which stays when the process is
   * killed.
   */
  private void unpackNativeLibrary() {
    try {
      Files.createDirectories(Path.of(config.stateDir()));
      NativeLibraryLoader.getInstance().loadLibrary(config.stateDir());
    } catch (IOException e) {
      throw new UserException(
          "assembler.state_dir: %s cannot be written to: %s".formatted(config.stateDir(), e), e);
    }
  }

  private StreamThreadExceptionResponse onFailure(Throwable exception) {
    if (Outage.caused(exception) && !lifecycle.isStopRequested()) {
      Duration delay =
          BACKOFF.delay(failures.getAndIncrement(), ThreadLocalRandom.current().nextDouble());
      log.warn("assembler retries in {} ms: {}", delay.toMillis(), exception.toString());
      try {
        stop.await(delay.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    log.error("assembler stops", exception);
    failure.compareAndSet(null, exception);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** The consumer group of a deployment's assemblers. */
  public static String groupId(KafkaSettings settings) {
    return settings.topicPrefix() + "assembler";
  }

  private String applicationId() {
    return groupId(settings);
  }

  private Map<String, Object> properties() {
    Map<String, Object> properties = new HashMap<>(settings.resolvedProperties());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId());
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitIntervalMs());
    // A thread commits between two polls, so a poll that finds nothing must not outlast the
    // interval.
    properties.put(StreamsConfig.POLL_MS_CONFIG, Math.min(100, config.commitIntervalMs()));
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
    // Pairs and votes may come in any order, so neither topic waits for records of the other.
    properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1L);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDir());
    properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    properties.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, true);
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, Spelling.of(config.groupProtocol()));
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    // Pairs are a kilobyte or more: with the default of 16 KiB a commit waits for a hundred
    // requests.
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), STATE_BYTES);
    properties.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), STATE_BYTES);
    // As long, too, a group may wait for a member that died while partitions were handed out.
    properties.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
        MAX_POLL_INTERVAL_MS);
    properties.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), POLL_RECORDS);
    properties.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
        FETCH_BYTES);
    if (config.groupProtocol() == GroupProtocol.CLASSIC) {
      properties.put(
          StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
          config.sessionTimeoutMs());
      properties.put(
          StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
          config.sessionTimeoutMs() / 5);
    }
    return properties;
  }
}
