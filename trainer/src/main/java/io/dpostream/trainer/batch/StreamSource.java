package io.dpostream.trainer.batch;

import io.dpostream.trainer.ledger.LedgerState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Supplies batches from a topic that keeps growing. Each batch takes its quota of usable pairs from
 * each partition, in the order of the partitions, and waits for it, so that batches do not depend
 * on when records arrive or how they are fetched. A batch ends early only on a timeout or after
 * very many skipped records, and the ledger marks it as partial.
 */
public final class StreamSource implements BatchSource {
  /** Keeps a step's ledger record and transaction small when a long stretch is stale or bad. */
  static final int MOST_SKIPPED = 1_000;

  private static final Duration POLL = Duration.ofMillis(100);

  private final PreferenceLog preferences;
  private final PreferenceScreener screen;
  private final PartitionQuotas quotas;
  private final Duration timeout;
  private final InstantSource clock;

  /**
   * Creates a source of batches of {@code batchSize} pairs.
   *
   * @param timeout after which a batch with at least one pair is trained as it is; zero for no
   *     limit
   */
  public StreamSource(
      PreferenceLog preferences,
      PreferenceScreener screen,
      int batchSize,
      Duration timeout,
      InstantSource clock) {
    this.preferences = preferences;
    this.screen = screen;
    this.quotas = new PartitionQuotas(batchSize, preferences.partitions());
    this.timeout = timeout;
    this.clock = clock;
  }

  @Override
  public Optional<StepPlan> next(LedgerState.Progress progress, BooleanSupplier stop) {
    List<Share> shares = new ArrayList<>();
    for (int partition = 0; partition < quotas.partitions(); partition++) {
      shares.add(new Share(partition, progress.next().of(partition)));
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
      preferences.fetch(POLL);
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
    private long next;

    Share(int partition, long next) {
      this.partition = partition;
      this.next = next;
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
        pairs += screened instanceof ScreeningResult.Usable ? 1 : 0;
      }
    }
  }
}
