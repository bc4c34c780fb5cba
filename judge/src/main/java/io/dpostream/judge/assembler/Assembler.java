package io.dpostream.judge.assembler;

import io.dpostream.kafka.DeadLetters;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.kafka.Topics;
import io.dpostream.kafka.serde.Decoded;
import io.dpostream.kafka.serde.RecordDecoder;
import io.dpostream.kafka.serde.RecordEncoder;
import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.Judgment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Runs {@link Assembly} over the pair store: reads events, keeps states, writes emissions. */
final class Assembler extends ContextualProcessor<byte[], RoutedRecord, byte[], RoutedRecord> {
  /** Deadlines are kept to within this. */
  private static final Duration TICK = Duration.ofMillis(200);

  private static final long MAX_GRACE_MS = 30_000;

  private final AssemblerConfig config;
  private final Topics topics;
  private final RecordDecoder<CompletionPair> pairs;
  private final RecordDecoder<Judgment> judgments;
  private final RecordEncoder encoder;
  private final DeadLetters deadLetters;
  private final Assembly assembly;
  private final AssemblerListener listener;
  private Deadlines deadlines = new Deadlines(0, Collections.emptyIterator());

  Assembler(KafkaSettings settings, AssemblerConfig config, AssemblerListener listener) {
    this.config = config;
    this.topics = settings.topics();
    this.pairs = settings.decoder(topics.completionPairs());
    this.judgments = settings.decoder(topics.judgments());
    this.encoder = settings.encoder();
    this.deadLetters = new DeadLetters(topics);
    this.assembly = new Assembly(config, vote -> value(judgments.decode(vote)));
    this.listener = listener;
  }

  @Override
  public void init(ProcessorContext<byte[], RoutedRecord> context) {
    super.init(context);
    long now = context.currentSystemTimeMs();
    try (KeyValueIterator<String, PairState> states = store().all()) {
      deadlines = new Deadlines(now + Math.min(config.timeoutMs(), MAX_GRACE_MS), states);
    }
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
  }

  @Override
  public void process(Record<byte[], RoutedRecord> input) {
    long now = context().currentSystemTimeMs();
    String pairId = new String(input.key(), StandardCharsets.UTF_8);
    RoutedRecord.AtPair event =
        input.value() instanceof RoutedRecord.AtPair here ? here : arrived(input);
    Optional<PairState> state = get(pairId);
    Assembly.Step step =
        event.content() instanceof CompletionPair pair
            ? assembly.pair(state, pair, event.source(), now)
            : assembly.vote(state, (Judgment) event.content(), event.source(), now);
    take(pairId, state, step, now);
    deadlines.surplus(config.maxClosed()).ifPresent(this::forget);
    deadlines
        .crowdedOut(config.maxOpen())
        .ifPresent(id -> end(id, open -> assembly.crowdedOut(open, now), now));
  }

  /** What has come over the internal topic. */
  private RoutedRecord.AtPair arrived(Record<byte[], RoutedRecord> input) {
    ConsumerRecord<byte[], byte[]> source =
        SourceRecords.restored(input.headers(), input.value().value(), input.timestamp());
    boolean isPair = source.topic().equals(topics.completionPairs().name());
    return new RoutedRecord.AtPair(
        source, isPair ? value(pairs.decode(source)) : value(judgments.decode(source)));
  }

  private void tick(long now) {
    for (String pairId : deadlines.due(now)) {
      end(pairId, state -> assembly.timeUp(state, now), now);
    }
  }

  private void end(String pairId, Function<PairState, Assembly.Step> step, long now) {
    Optional<PairState> state = get(pairId);
    state.ifPresent(present -> take(pairId, state, step.apply(present), now));
  }

  private void take(String pairId, Optional<PairState> before, Assembly.Step step, long now) {
    if (step.state().isEmpty()) {
      forget(pairId);
    } else if (!step.state().equals(before)) {
      store().put(pairId, step.state().get());
      deadlines.put(pairId, step.state().get());
    }
    step.emissions().forEach(emission -> emit(emission, now));
  }

  private void forget(String pairId) {
    store().delete(pairId);
    deadlines.remove(pairId);
  }

  private void emit(Emission emission, long now) {
    if (emission instanceof Emission.Ended ended) {
      String key = ended.outcome().getPairId();
      forward(encoder.encode(topics.outcomes(), key, ended.outcome()), now);
      listener.ended(ended.outcome().getOutcome());
    } else if (emission instanceof Emission.Preferred preferred) {
      String key = preferred.preference().getPairId();
      forward(encoder.encode(topics.preferences(), key, preferred.preference()), now);
      if (preferred.preference().getRevision() > 0) {
        listener.revised();
      }
    } else if (emission instanceof Emission.Late late) {
      listener.late(late.vote().getJudgeId());
    } else if (emission instanceof Emission.Dead dead) {
      forward(deadLetters.record(dead.source(), dead.error()), now);
      listener.deadLettered(dead.error());
    }
  }

  private void forward(ProducerRecord<byte[], byte[]> record, long now) {
    context()
        .forward(
            new Record<>(
                record.key(),
                new RoutedRecord.ToTopic(record.topic(), record.value()),
                now,
                record.headers()));
  }

  /** Most ids that come are new, and the store need not be asked for those. */
  private Optional<PairState> get(String pairId) {
    return deadlines.knows(pairId) ? Optional.of(store().get(pairId)) : Optional.empty();
  }

  private KeyValueStore<String, PairState> store() {
    return context().getStateStore(AssemblerTopology.PAIR_STORE);
  }

  /** The router has decoded these bytes before; what changed since then is a fault of ours. */
  private static <T> T value(Decoded<T> decoded) {
    if (decoded instanceof Decoded.Value<T> value) {
      return value.value();
    }
    throw new IllegalStateException(
        "a record that was decoded once cannot be again: "
            + ((Decoded.Undecodable<T>) decoded).error());
  }
}
