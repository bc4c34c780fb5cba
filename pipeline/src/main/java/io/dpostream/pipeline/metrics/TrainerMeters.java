package io.dpostream.pipeline.metrics;

import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.trainer.service.TrainerListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Meters of the last step under TRL's names, so that {@code rewards/margins} is {@code
 * dpo_trainer_rewards_margins}, and totals over the steps of this process. A trainer that continues
 * a run shows the last step of its past.
 */
final class TrainerMeters implements TrainerListener {
  private static final String PREFIX = "dpo.trainer.";

  private final MeterRegistry registry;
  private final Map<String, Double> last = new ConcurrentHashMap<>();
  private final Counter pairs;
  private final Counter tokens;
  private final Counter notApplied;
  private final Timer duration;

  TrainerMeters(MeterRegistry registry) {
    this.registry = registry;
    this.pairs = counter("pairs", "Preferences that moved the weights");
    this.tokens = counter("tokens", "Tokens trained on");
    this.notApplied = counter("steps.not.applied", "Steps skipped for a value that was not finite");
    this.duration =
        Timer.builder(PREFIX + "step.duration").description("Optimizer steps").register(registry);
  }

  @Override
  public void history(TrainingStep step) {
    show(step);
  }

  @Override
  public void recorded(TrainingStep record) {
    show(record);
    if (record.getEvent() instanceof StepTaken step) {
      pairs.increment(step.getPairs());
      tokens.increment(step.getTokens());
      notApplied.increment(step.getApplied() ? 0 : 1);
      duration.record(Duration.ofMillis(step.getDurationMs()));
    }
  }

  private void show(TrainingStep record) {
    if (record.getEvent() instanceof StepTaken step) {
      show("step", "The last optimizer step", step.getStep());
      show("loss", "Loss of the last step", step.getLoss());
      step.getMetrics().forEach((name, value) -> show(name, name + " of the last step", value));
    } else if (record.getEvent() instanceof VersionPublished version) {
      show("version", "The newest version published", version.getVersion());
    }
  }

  private void show(String name, String description, double value) {
    if (last.put(name, value) == null) {
      Gauge.builder(PREFIX + name.replace('/', '.'), last, m -> m.getOrDefault(name, Double.NaN))
          .description(description)
          .register(registry);
    }
  }

  private Counter counter(String name, String description) {
    return Counter.builder(PREFIX + name).description(description).register(registry);
  }
}
