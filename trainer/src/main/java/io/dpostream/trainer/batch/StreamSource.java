package io.dpostream.trainer.batch;

import io.dpostream.trainer.learner.TrainingPair;
import io.dpostream.trainer.ledger.LedgerState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Supplies batches from a topic that keeps growing. Each batch takes its quota of usable pairs from
 * each partition, in the order of the partitions, and waits for it, so that batches do not depend
 * on when records arrive or how they are fetched. A batch ends early only on a timeout or after
 * very many skipped records, and the ledger marks it as partial.
 *
 * <p>While a batch waits for more pairs, those that it has are prepared: work that the step would
 * have to do anyway, so that no step begins later for it.
 */
public final class StreamSource implements BatchSource {
  /** Keeps a step's ledger record and transaction small when a long stretch is stale or bad. */
  static final int MOST_SKIPPED = 1_000;

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration MOMENT = Duration.ofMillis(20);

  /** Pairs that are prepared together: enough for a pass, few enough to look up in between. */
  private static final int PORTION = 8;

  private final PreferenceLog preferences;
  private final PreferenceScreener screen;
  private final PartitionQuotas quotas;
  private final Duration timeout;
  private final InstantSource clock;
  private final Consumer<List<TrainingPair>> prepare;

  /**
   * Creates a source of batches of {@code batchSize} pairs.
   *
   * @param timeout after which a batch with at least one pair is trained as it is; zero for no
   *     limit
   * @param prepare called, while a batch is incomplete, with pairs that are certain to be in it
   */
  public StreamSource(
      PreferenceLog preferences,
      PreferenceScreener screen,
      int batchSize,
      Duration timeout,
      InstantSource clock,
      Consumer<List<TrainingPair>> prepare) {
    this.preferences = preferences;
    this.screen = screen;
    this.quotas = new PartitionQuotas(batchSize, preferences.partitions());
    this.timeout = timeout;
    this.clock = clock;
    this.prepare = prepare;
  }

  @Override
  public Optional<StepPlan> next(LedgerState.Progress progress, BooleanSupplier stop) {
    Deque<TrainingPair> unprepared = new ArrayDeque<>();
    List<Share> shares = new ArrayList<>();
    for (int partition = 0; partition < quotas.partitions(); partition++) {
      shares.add(new Share(partition, progress.next().of(partition), unprepared));
    }
    long started = clock.millis();
    while (true) {
      shares.forEach(Share::fill);
      if (shares.stream().allMatch(Share::isFull)) {
        return Optional.of(join(shares, false));
      }
      boolean late = !timeout.isZero() && clock.millis() - started >= timeout.toMillis();
      int pairs = shares.stream().mapToInt(share -> share.pairs).sum();
      int skipped = shares.stream().mapToInt(share -> share.entries.size()).sum() - pairs;
      if ((late && pairs > 0) || skipped >= MOST_SKIPPED) {
        return Optional.of(join(shares, true));
      }
      if (stop.getAsBoolean()) {
        return Optional.empty();
      }
      // What has been written already arrives within moments: then the step itself does it better.
      if (!preferences.fetch(unprepared.size() < PORTION ? POLL : MOMENT)) {
        prepare(unprepared);
      }
    }
  }

  /** Prepares one portion, so that the caller soon sees whether more has arrived. */
  private void prepare(Deque<TrainingPair> unprepared) {
    List<TrainingPair> portion = new ArrayList<>();
    while (portion.size() < PORTION && !unprepared.isEmpty()) {
      portion.add(unprepared.remove());
    }
    if (!portion.isEmpty()) {
      prepare.accept(portion);
    }
  }

  private static StepPlan join(List<Share> shares, boolean partial) {
    StepPlanBuilder plan = new StepPlanBuilder();
    for (Share share : shares) {
      share.entries.forEach(entry -> plan.add(entry.record, entry.from, entry.screened));
    }
    return plan.build(partial);
  }

  private record Entry(
      ConsumerRecord<byte[], byte[]> record, long from, ScreeningResult screened) {}

  /** One partition's share of the batch. */
  private final class Share {
    private final int partition;
    private final List<Entry> entries = new ArrayList<>();
    private int pairs;
    private final Deque<TrainingPair> unprepared;
    private long next;

    Share(int partition, long next, Deque<TrainingPair> unprepared) {
      this.partition = partition;
      this.next = next;
      this.unprepared = unprepared;
      preferences.seek(partition, next);
    }

    boolean isFull() {
      return pairs == quotas.of(partition);
    }

    void fill() {
      while (!isFull() && entries.size() - pairs < MOST_SKIPPED) {
        Optional<ConsumerRecord<byte[], byte[]>> taken = preferences.take(partition);
        if (taken.isEmpty()) {
          return;
        }
        ConsumerRecord<byte[], byte[]> record = taken.get();
        ScreeningResult screened = screen.screen(record);
        entries.add(new Entry(record, next, screened));
        next = record.offset() + 1;
        if (screened instanceof ScreeningResult.Usable usable) {
          pairs++;
          unprepared.add(usable.pair());
        }
      }
    }
  }
}
