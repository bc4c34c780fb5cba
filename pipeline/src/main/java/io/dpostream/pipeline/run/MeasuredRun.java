package io.dpostream.pipeline.run;

import io.dpostream.judge.service.JudgeListener;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.dashboard.RunHistory;
import io.dpostream.pipeline.dashboard.WebServer;
import io.dpostream.pipeline.evaluation.Evaluation;
import io.dpostream.pipeline.evaluation.Summary;
import io.dpostream.pipeline.evaluation.WinRate;
import io.dpostream.pipeline.metrics.Meters;
import io.dpostream.pipeline.progress.Progress;
import io.dpostream.pipeline.progress.Progress.Version;
import io.dpostream.pipeline.progress.ProgressTable;
import io.dpostream.pipeline.progress.RunWatcher;
import io.dpostream.sampler.versions.PolicyLoader;
import io.dpostream.storage.VersionFolder;
import io.dpostream.storage.VersionFolders;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongUnaryOperator;

/**
 * Runs all services of a run in this process: shows how the policy learns, and at the end measures
 * it on held-out prompts and reports. A folder that already holds a run is continued.
 */
public final class MeasuredRun {

  private static final Duration REDRAW = Duration.ofMillis(250);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(20);

  /** Whoever runs all services of a run takes over from whoever did so before. */
  private static final String NAME = "up";

  private static final long STEPS_PER_ROW = 10;
  private static final long STEPS_PER_MEASUREMENT = 20;
  private static final int EXAMPLES = 6;

  private final RunFolder folder;
  private final Settings settings;
  private final PrintWriter out;
  private final boolean terminal;
  private final long start = System.nanoTime();

  /**
   * @param out where progress and result are shown
   * @param terminal whether {@code out} understands control sequences
   */
  public MeasuredRun(RunFolder folder, Settings settings, PrintWriter out, boolean terminal) {
    this.folder = folder;
    this.settings = settings;
    this.out = out;
    this.terminal = terminal;
  }

  /**
   * Runs up to a last step.
   *
   * @param lastStep maps the run's step at the start to the step to end after
   * @return the report, which is also in the folder; empty when no measurement is configured
   * @throws InterruptedException if stopped earlier; the folder then holds a run to continue
   */
  public Optional<Report> run(LongUnaryOperator lastStep) throws Exception {
    PolicyLoader loader = Loop.loader(settings);
    CompletableFuture<Optional<Measurement>> loading = new CompletableFuture<>();
    Runnable checkAndLoad =
        () -> {
          Inputs.check(settings);
          new Thread(() -> load(loader, loading), "measurement").start();
        };
    // Reading the inputs, and then an engine and a model, takes as long as starting a broker.
    try (KafkaAccess kafka = KafkaAccess.open(settings, folder, checkAndLoad);
        VersionFolders versions = Loop.versions(settings, folder)) {
      kafka.ensureTopics();
      Progress end = train(kafka, loader, versions, loading, lastStep);
      Optional<Measurement> measurement = loaded(loading);
      return measurement.isPresent()
          ? Optional.of(measured(end, versions, measurement.get()))
          : Optional.empty();
    } finally {
      loading.thenAccept(measurement -> measurement.ifPresent(Measurement::close));
    }
  }

  private Report measured(Progress end, VersionFolders versions, Measurement measurement)
      throws Exception {
    String uri = end.version().orElseThrow().uri();
    try (VersionFolder last = PatientFetch.open(versions, uri)) {
      return report(end, measurement.full(last.path()));
    }
  }

  private void load(PolicyLoader loader, CompletableFuture<Optional<Measurement>> loading) {
    try {
      loading.complete(Measurement.of(settings, loader));
    } catch (RuntimeException | Error e) {
      loading.completeExceptionally(e);
    }
  }

  private static Optional<Measurement> loaded(CompletableFuture<Optional<Measurement>> loading)
      throws Exception {
    try {
      return loading.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception failure ? failure : e;
    }
  }

  private Progress train(
      KafkaAccess kafka,
      PolicyLoader loader,
      VersionFolders versions,
      CompletableFuture<Optional<Measurement>> loading,
      LongUnaryOperator lastStep)
      throws Exception {
    String runId = settings.run().id();
    RunHistory history = new RunHistory(Clock.systemUTC());
    try (RunWatcher watcher = new RunWatcher(runId, kafka.settings(), history);
        Meters meters = new Meters(runId);
        WebServer dashboard =
            WebServer.dashboard(settings.metrics(), meters, runId, watcher::progress, history);
        ServiceGroup services = new ServiceGroup();
        ProgressTable table = new ProgressTable(out, terminal, STEPS_PER_ROW)) {
      out.printf("dashboard    %s%n", dashboard.address());
      kafka.supervise(services);
      watcher.start();
      kafka.removeFormerMembers(Loop.groups(settings, kafka.settings()));
      long last = lastStep.applyAsLong(watcher.awaitCaughtUp().step());
      Loop loop =
          new Loop(
              settings.withMaxSteps(last),
              NAME,
              folder,
              kafka.settings(),
              loader,
              versions,
              meters.listeners(pages()));
      loop.start(services);
      Optional<LiveWinRate> live = loaded(loading).map(m -> live(m, watcher, versions, history));
      live.ifPresent(service -> services.start("live-win-rate", service));
      Progress progress = watcher.progress();
      while (!contains(progress, last)) {
        services.await(REDRAW);
        progress = watcher.progress();
        table.show(progress, live.flatMap(LiveWinRate::latest), elapsed());
      }
      loop.stopSampling(services);
      return drained(watcher, services);
    }
  }

  private static LiveWinRate live(
      Measurement measurement, RunWatcher watcher, VersionFolders versions, RunHistory history) {
    return new LiveWinRate(
        () -> watcher.progress().version(),
        version -> {
          try (VersionFolder folder = PatientFetch.open(versions, version.uri())) {
            WinRate winRate = measurement.quick(folder.path());
            history.measured(version.step(), winRate);
            return winRate;
          }
        },
        STEPS_PER_MEASUREMENT);
  }

  /** Prints the addresses at which people can judge. */
  private JudgeListener pages() {
    return new JudgeListener() {
      @Override
      public void pageServed(String judgeId, URI address) {
        out.printf("judge page   %s (%s)%n", address, judgeId);
        out.flush();
      }
    };
  }

  /** Whether a version that contains the last step has been published. */
  private static boolean contains(Progress progress, long lastStep) {
    return progress.version().map(Version::step).orElse(-1L) >= lastStep;
  }

  /** Lets judges and assembler finish what was sampled, so that every pair has its outcome. */
  private Progress drained(RunWatcher watcher, ServiceGroup services) throws Exception {
    long limit = System.nanoTime() + DRAIN_LIMIT.toNanos();
    Progress progress = watcher.progress();
    while (progress.waiting() > 0 && System.nanoTime() < limit) {
      services.await(REDRAW);
      progress = watcher.progress();
    }
    return progress;
  }

  private Report report(Progress end, Evaluation evaluation) throws IOException {
    Report report = Report.of(settings.run().id(), end, evaluation, elapsed());
    report.write(folder.report());
    out.println();
    Summary.lines(evaluation, EXAMPLES).forEach(out::println);
    out.flush();
    return report;
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
