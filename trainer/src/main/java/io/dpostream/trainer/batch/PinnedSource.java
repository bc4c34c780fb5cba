package io.dpostream.trainer.batch;

import io.dpostream.trainer.TrainerConfig;
import io.dpostream.trainer.batch.EpochOrder.Place;
import io.dpostream.trainer.ledger.LedgerState;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Supplies the batches of a pinned range, which is read once per epoch. The last batch of an epoch
 * may be smaller.
 */
public final class PinnedSource implements BatchSource {
  private final PreferenceLog preferences;
  private final PreferenceScreener screen;
  private final TrainerConfig config;
  private final PinnedRange range;
  private List<Place> order = List.of();
  private long orderedEpoch = -1;

  /** Creates a source of a range's batches. */
  public PinnedSource(
      PreferenceLog preferences,
      PreferenceScreener screen,
      TrainerConfig config,
      PinnedRange range) {
    this.preferences = preferences;
    this.screen = screen;
    this.config = config;
    this.range = range;
  }

  @Override
  public Optional<StepPlan> next(LedgerState.Progress progress, BooleanSupplier stop) {
    if (progress.records() >= (long) range.size() * config.cadence().numTrainEpochs()) {
      return Optional.empty();
    }
    long epoch = progress.records() / range.size();
    if (epoch != orderedEpoch) {
      order = range.order(config, epoch);
      orderedEpoch = epoch;
    }
    StepPlanBuilder plan = new StepPlanBuilder();
    int index = (int) (progress.records() % range.size());
    while (index < order.size()
        && plan.pairs() < config.batch().size()
        && plan.skipped() < StreamSource.MOST_SKIPPED) {
      Place place = order.get(index++);
      ConsumerRecord<byte[], byte[]> record = preferences.read(place.partition(), place.offset());
      plan.add(record, place.offset(), screen.screen(record));
    }
    return Optional.of(plan.build(plan.pairs() < config.batch().size()));
  }
}
