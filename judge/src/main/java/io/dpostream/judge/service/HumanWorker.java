package io.dpostream.judge.service;

import io.dpostream.judge.Comparison;
import io.dpostream.judge.IdenticalCompletions;
import io.dpostream.judge.human.AnnotationBackend;
import io.dpostream.judge.human.HumanPage;
import io.dpostream.judge.human.HumanVote;
import io.dpostream.judge.human.TaskTable;
import io.dpostream.judge.human.TaskTable.GivenUp;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topic;
import io.dpostream.kafka.reading.TimeAlignedReader;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.JudgeKind;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.settings.UserException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings pairs, votes and outcomes to the table of tasks that people work on, from the topics'
 * beginning on, and their votes to the log. The page opens once everything that was there at the
 * start is told. What cannot be decoded is passed over: the assembler sets it aside.
 */
final class HumanWorker implements JudgeWorker {
  private static final Logger log = LoggerFactory.getLogger(HumanWorker.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration TIDY = Duration.ofSeconds(1);
  private static final Duration CLAIM = Duration.ofSeconds(5);

  private final JudgeSpec spec;
  private final HumanPage page;
  private final HumanRecords records;
  private final TaskTable tasks;
  private final VoteWriter writer;
  private final JudgeListener listener;
  private final Clock clock;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TimeAlignedReader topics;
  private final Map<String, Consumer<ConsumerRecord<byte[], byte[]>>> handlers = new HashMap<>();
  private volatile boolean stopped;

  HumanWorker(
      JudgeSpec spec,
      HumanPage page,
      HumanRecords records,
      TaskTable tasks,
      KafkaSettings settings,
      JudgeListener listener,
      Clock clock) {
    this.spec = spec;
    this.page = page;
    this.records = records;
    this.tasks = tasks;
    this.listener = listener;
    this.clock = clock;
    this.writer = new VoteWriter(spec.id(), settings);
    String name = settings.topicPrefix() + "judge-" + spec.id();
    Map<String, Object> consuming = settings.consumer(name);
    consuming.put(ConsumerConfig.GROUP_ID_CONFIG, name + "-people");
    this.consumer = new KafkaConsumer<>(consuming);
    follow(settings, settings.topics().completionPairs(), this::onPair);
    follow(settings, settings.topics().judgments(), this::onJudgment);
    follow(settings, settings.topics().outcomes(), this::onOutcome);
    this.topics = new TimeAlignedReader(consumer, handlers.keySet());
  }

  /** Pairs of other shares are passed over by their key, without being decoded. */
  private <T extends SpecificRecord> void follow(
      KafkaSettings settings, Topic<T> topic, Consumer<T> handler) {
    RecordDecoder<T> decoder = settings.decoder(topic);
    handlers.put(
        topic.name(),
        record -> {
          boolean ours =
              record.key() != null
                  && spec.pairShare().includes(new String(record.key(), StandardCharsets.UTF_8));
          if (ours && decoder.decode(record) instanceof Decoded.Value<T> value) {
            handler.accept(value.value());
          }
        });
  }

  @Override
  public void run() {
    try (consumer;
        writer) {
      writer.open(records.example());
      topics.refresh();
      while (!stopped && topics.readUntil().isPresent()) {
        poll();
        forget();
      }
      page.open(new AnnotationBackend(tasks, this::write));
      serve();
    } catch (WakeupException e) {
      // stopped while it waited
    } finally {
      page.suspend();
    }
  }

  @Override
  public void stop() {
    stopped = true;
    consumer.wakeup();
  }

  private void serve() {
    Instant tidyAt = clock.instant();
    Instant claimAt = tidyAt.plus(CLAIM);
    while (!stopped) {
      poll();
      if (!clock.instant().isBefore(tidyAt)) {
        tidy();
        tidyAt = clock.instant().plus(TIDY);
      }
      if (!clock.instant().isBefore(claimAt)) {
        claim();
        claimAt = clock.instant().plus(CLAIM);
      }
      Optional<UserException> takenOver = writer.takenOver();
      if (takenOver.isPresent()) {
        throw takenOver.get();
      }
    }
  }

  private void poll() {
    ConsumerRecords<byte[], byte[]> read = topics.poll(POLL);
    handlers.forEach((topic, handler) -> read.records(topic).forEach(handler));
  }

  private void forget() {
    topics.readUntil().ifPresentOrElse(tasks::forgetTold, () -> tasks.forget(clock.instant()));
  }

  /** Lets go of what is over, and abstains where people will not judge. */
  private void tidy() {
    topics.refresh();
    forget();
    if (topics.readUntil().isPresent()) {
      return; // a pair of a new partition may have its outcome already
    }
    try {
      for (GivenUp pair : tasks.toGiveUp(clock.instant())) {
        write(records.abstention(pair, clock.instant()));
        tasks.gaveUp(pair.comparison().pairId());
      }
    } catch (KafkaException e) {
      log.warn("judge {} abstains later: {}", spec.id(), e.toString());
    }
  }

  /** Finds out whether another process serves this judge by now, though nobody votes. */
  private void claim() {
    try {
      writer.write(topics.offsets(), consumer.groupMetadata());
    } catch (KafkaException e) {
      if (e instanceof AuthorizationException) {
        throw e;
      }
      log.warn("judge {} cannot write to its log: {}", spec.id(), e.toString());
    }
  }

  private void write(HumanVote vote, Duration thinking) {
    write(records.vote(vote, thinking));
  }

  private void write(Judgment judgment) {
    writer.write(judgment);
    listener.judged(judgment);
  }

  private void onPair(CompletionPair pair) {
    if (IdenticalCompletions.in(pair)) {
      return;
    }
    tasks.sampled(Comparison.of(pair), pair.getPolicyVersion());
  }

  private void onJudgment(Judgment judgment) {
    boolean own = judgment.getJudgeId().equals(spec.id());
    if (own && judgment.getAnnotatorId().isPresent()) {
      tasks.voted(records.vote(judgment));
    } else if (own) {
      tasks.gaveUp(judgment.getPairId());
    } else {
      tasks.votedElsewhere(
          judgment.getPairId(),
          judgment.getContentHash(),
          judgment.getJudgeId() + judgment.getAnnotatorId().map(a -> "/" + a).orElse(""),
          judgment.getJudgeKind() == JudgeKind.HUMAN,
          judgment.getVerdict());
    }
  }

  private void onOutcome(PairOutcome outcome) {
    tasks.ended(outcome.getPairId(), outcome.getDecidedAt());
  }
}
