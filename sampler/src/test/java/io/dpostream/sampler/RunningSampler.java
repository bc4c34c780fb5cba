package io.dpostream.sampler;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.sampler.pacing.PacingState;
import io.dpostream.sampler.versions.SamplingEngine;
import io.dpostream.schemas.PolicyVersion;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** A sampler in a thread, and what it said. */
final class RunningSampler implements AutoCloseable, SamplerListener {
  private final SamplerService service;
  private final Thread thread;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final List<String> events = new CopyOnWriteArrayList<>();

  RunningSampler(
      KafkaSettings kafka, SamplerConfig config, int pairsPerStep, SamplingEngine engine) {
    this(kafka, config, new SamplerRun(Bench.RUN, pairsPerStep), engine);
  }

  RunningSampler(KafkaSettings kafka, SamplerConfig config, SamplerRun run, SamplingEngine engine) {
    this(kafka, "0", config, run, engine);
  }

  RunningSampler(
      KafkaSettings kafka,
      String name,
      SamplerConfig config,
      SamplerRun run,
      SamplingEngine engine) {
    this.service =
        new SamplerService(run, name, config, kafka, engine, InstantSource.system(), this);
    this.thread =
        new Thread(
            () -> {
              try {
                service.run();
              } catch (RuntimeException | Error e) {
                failure.set(e);
              }
            },
            "sampler");
    thread.start();
  }

  PacingState pacing() {
    return service.pacing();
  }

  List<String> events() {
    return events;
  }

  boolean isRunning() {
    return thread.isAlive();
  }

  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  @Override
  public void waitingForVersion() {
    events.add("waiting for a version");
  }

  @Override
  public void versionLoaded(PolicyVersion version) {
    events.add("loaded " + version.getVersion());
  }

  @Override
  public void versionRefused(PolicyVersion version, String reason) {
    events.add("refused " + version.getVersion() + ": " + reason);
  }

  @Override
  public void promptRefused(String reason) {
    events.add(reason);
  }

  @Override
  public void close() throws InterruptedException {
    service.close();
    thread.join();
  }
}
