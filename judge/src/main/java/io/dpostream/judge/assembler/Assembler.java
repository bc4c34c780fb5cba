package io.dpostream.judge.assembler;

import io.dpostream.schemas.CompletionPair;
import io.dpostream.schemas.DeadLetters;
import io.dpostream.schemas.Decoded;
import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.KafkaSettings;
import io.dpostream.schemas.RecordDecoder;
import io.dpostream.schemas.RecordEncoder;
import io.dpostream.schemas.Topics;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Runs {@link Assembly} over the pair store: reads events, keeps states, writes emissions. */
final class Assembler extends ContextualProcessor<String, byte[], byte[], Routed> {
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
  private Deadlines deadlines = new Deadlines(0);

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
  public void init(ProcessorContext<byte[], Routed> context) {
    super.init(context);
    long now = context.currentSystemTimeMs();
    deadlines = new Deadlines(now + Math.min(config.timeoutMs(), MAX_GRACE_MS));
    try (KeyValueIterator<String, PairState> states = store().all()) {
      while (states.hasNext()) {
        KeyValue<String, PairState> entry = states.next();
        deadlines.add(entry.key, entry.value);
      }
    }
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
  }

  @Override
  public void process(Record<String, byte[]> input) {
    long now = context().currentSystemTimeMs();
    ConsumerRecord<byte[], byte[]> source =
        SourceHeaders.source(input.headers(), input.value(), input.timestamp());
    Optional<PairState> state = Optional.ofNullable(store().get(input.key()));
    Assembly.Step step =
        source.topic().equals(topics.completionPairs().name())
            ? assembly.pair(state, value(pairs.decode(source)), source, now)
            : assembly.vote(state, value(judgments.decode(source)), source, now);
    take(input.key(), state, step, now);
    deadlines
        .surplus(config.maxClosed())
        .ifPresent(oldest -> take(oldest, get(oldest), forget(), now));
  }

  private void tick(long now) {
    for (String pairId : deadlines.due(now)) {
      Optional<PairState> state = get(pairId);
      state.ifPresent(present -> take(pairId, state, assembly.timeUp(present, now), now));
    }
  }

  private void take(String pairId, Optional<PairState> before, Assembly.Step step, long now) {
    if (!before.equals(step.state())) {
      before.ifPresent(state -> deadlines.remove(pairId, state));
      step.state().ifPresent(state -> deadlines.add(pairId, state));
      step.state()
          .ifPresentOrElse(state -> store().put(pairId, state), () -> store().delete(pairId));
    }
    step.emissions().forEach(emission -> emit(emission, now));
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
                new Routed.ToTopic(record.topic(), record.value()),
                now,
                record.headers()));
  }

  private Optional<PairState> get(String pairId) {
    return Optional.ofNullable(store().get(pairId));
  }

  private KeyValueStore<String, PairState> store() {
    return context().getStateStore(AssemblerTopology.PAIR_STORE);
  }

  private static Assembly.Step forget() {
    return new Assembly.Step(Optional.empty(), java.util.List.of());
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
