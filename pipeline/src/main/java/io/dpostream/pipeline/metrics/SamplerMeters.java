package io.dpostream.pipeline.metrics;

import io.dpostream.sampler.SamplerListener;
import io.dpostream.sampler.pacing.PacingState;
import io.dpostream.schemas.PolicyVersion;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Meters of what the sampler writes, with which version, and of the run's outstanding pairs. */
final class SamplerMeters implements SamplerListener {
  private static final String PREFIX = "dpo.sampler.";

  private final Counter pairs;
  private final Counter tokens;
  private final Counter refusedPrompts;
  private final Counter refusedVersions;
  private final Timer generation;
  private volatile double version = Double.NaN;
  private volatile Optional<PacingState> state = Optional.empty();

  SamplerMeters(MeterRegistry registry) {
    pairs = counter(registry, "pairs", "Completion pairs committed");
    tokens = counter(registry, "tokens", "Completion tokens committed");
    refusedPrompts = counter(registry, "prompts.refused", "Prompts that became dead letters");
    refusedVersions = counter(registry, "versions.refused", "Versions that could not be used");
    generation =
        Timer.builder(PREFIX + "generation")
            .description("Time to generate a batch")
            .register(registry);
    Gauge.builder(PREFIX + "version", this, meters -> meters.version)
        .description("The policy version that samples")
        .register(registry);
    pairs(registry, "waiting", "Pairs without an outcome", PacingState::waiting);
    pairs(
        registry,
        "waiting.for.people",
        "Pairs without an outcome that people judge",
        PacingState::waitingForPeople);
    pairs(registry, "untrained", "Preferences that no step has used", PacingState::untrained);
  }

  private void pairs(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<PacingState> value) {
    Gauge.builder(
            PREFIX + name,
            this,
            meters -> meters.state.map(value::applyAsDouble).orElse(Double.NaN))
        .description(description)
        .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder(PREFIX + name).description(description).register(registry);
  }

  @Override
  public void versionLoaded(PolicyVersion loaded) {
    version = loaded.getVersion();
  }

  @Override
  public void versionRefused(PolicyVersion refused, String reason) {
    refusedVersions.increment();
  }

  @Override
  public void committed(Batch batch) {
    version = batch.version();
    pairs.increment(batch.pairs());
    tokens.increment(batch.tokens());
    generation.record(batch.generation());
  }

  @Override
  public void promptRefused(String reason) {
    refusedPrompts.increment();
  }

  @Override
  public void paced(PacingState paced) {
    state = Optional.of(paced);
  }
}
