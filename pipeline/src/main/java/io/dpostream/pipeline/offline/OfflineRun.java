package io.dpostream.pipeline.offline;

import io.dpostream.files.RowReport;
import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.evaluation.Evaluation;
import io.dpostream.pipeline.evaluation.Summary;
import io.dpostream.pipeline.exchange.Importer;
import io.dpostream.pipeline.progress.Progress;
import io.dpostream.pipeline.progress.RunWatcher;
import io.dpostream.pipeline.run.Inputs;
import io.dpostream.pipeline.run.KafkaAccess;
import io.dpostream.pipeline.run.Loop;
import io.dpostream.pipeline.run.Measurement;
import io.dpostream.pipeline.run.PatientFetch;
import io.dpostream.pipeline.run.Report;
import io.dpostream.pipeline.run.RunFolder;
import io.dpostream.pipeline.run.ServiceGroup;
import io.dpostream.pipeline.run.Training;
import io.dpostream.schemas.VersionPublished;
import io.dpostream.settings.SettingsReader;
import io.dpostream.settings.UserException;
import io.dpostream.storage.VersionFolder;
import io.dpostream.storage.VersionFolders;
import io.dpostream.trainer.batch.PreferenceLog;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.ledger.LedgerReader;
import io.dpostream.trainer.ledger.LedgerState;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Trains on a file or on a recorded topic, from the first record to the last or for the configured
 * number of steps. The same command on the same folder continues after an interruption, and does
 * nothing when the run is complete.
 */
public final class OfflineRun {
  private static final int EXAMPLES = 6;

  /** Only the last version of an offline run is of use, unless it is told otherwise. */
  private static final int NEVER_BEFORE_THE_END = Integer.MAX_VALUE;

  /** An action to take before the first step. */
  @FunctionalInterface
  public interface Accepted {
    void run() throws IOException;
  }

  private final Settings settings;
  private final RunFolder folder;
  private final OfflineInput input;
  private final PrintWriter out;
  private final long start = System.nanoTime();

  /**
   * @param folder holds everything that the run leaves
   * @param out where progress and result are shown
   */
  public OfflineRun(Settings settings, RunFolder folder, OfflineInput input, PrintWriter out) {
    this.settings = settings;
    this.folder = folder;
    this.input = input;
    this.out = out;
  }

  /** Returns the defaults of a run in a folder; its id is taken from the folder's name. */
  public static SettingsReader<Settings> defaults(Path out) {
    String name = String.valueOf(out.toAbsolutePath().normalize().getFileName());
    return Settings.reader()
        .set("run.id", "offline-" + name.replaceAll("[^a-zA-Z0-9._-]", "-"))
        .set("trainer.publish_steps=" + NEVER_BEFORE_THE_END);
  }

  /**
   * Runs to the end.
   *
   * @param accepted called when input and folder are found to fit, before anything is trained
   * @throws UserException when the input cannot be used, or is not that of the run in the folder
   * @throws InterruptedException if stopped earlier; the same run then continues from there
   */
  public void run(Accepted accepted) throws Exception {
    Inputs.checkModels(settings);
    InputNote note = InputNote.of(input);
    if (input instanceof OfflineInput.File file && Files.notExists(folder.input())) {
      Importer.requireUsable(file.path(), file.format(), settings.run().modelFolder());
    }
    boolean fresh = note.leave(folder.input());
    try (KafkaAccess access =
        settings.broker().dir().isPresent()
            ? KafkaAccess.join(settings, folder)
            : KafkaAccess.open(settings, folder)) {
      access.ensureTopics();
      KafkaSettings kafka = access.settings();
      if (fresh) {
        requireNew(kafka);
      }
      accepted.run();
      OfflineTally tally = new OfflineTally(out);
      try {
        train(access, source(kafka), tally);
      } catch (UserException e) {
        forgetUnlessBegun(kafka);
        throw e;
      }
      LedgerState end = new LedgerReader(kafka).read(settings.run().id(), record -> {});
      finish(end, tally);
      measure(kafka);
    }
  }

  /** Refuses an id that another folder's run has; that run would be continued, on its own data. */
  private void requireNew(KafkaSettings kafka) throws IOException {
    String id = settings.run().id();
    if (hasBegun(kafka)) {
      Files.delete(folder.input());
      throw new UserException(
          "run.id: '%s' is in the ledger of this Kafka already; choose another with --set run.id="
              .formatted(id));
    }
  }

  private boolean hasBegun(KafkaSettings kafka) {
    return new LedgerReader(kafka)
        .read(settings.run().id(), record -> {})
        .configuration()
        .isPresent();
  }

  /** Removes a note on a mistyped input, which must not keep the folder from the right one. */
  private void forgetUnlessBegun(KafkaSettings kafka) throws IOException {
    boolean holdsRows = input instanceof OfflineInput.File && holdsPreferences(kafka);
    if (!holdsRows && !hasBegun(kafka)) {
      Files.deleteIfExists(folder.input());
    }
  }

  private static boolean holdsPreferences(KafkaSettings kafka) {
    try (PreferenceLog log =
        new PreferenceLog(kafka, kafka.topics().preferences().name(), "offline")) {
      return !log.end().equals(log.beginning());
    }
  }

  private PreferenceSource source(KafkaSettings kafka) {
    if (input instanceof OfflineInput.Recorded recorded) {
      return recorded.source();
    }
    importOnce(kafka, (OfflineInput.File) input);
    return PreferenceSource.everything();
  }

  /**
   * Imports the file once. The import is one transaction, so if anything is there, all of it is.
   */
  private void importOnce(KafkaSettings kafka, OfflineInput.File file) {
    if (holdsPreferences(kafka)) {
      return;
    }
    RowReport report =
        new Importer(kafka, InstantSource.system())
            .preferences(
                file.path(), file.format(), settings.run().modelFolder(), settings.run().id());
    out.print(file.path() + ": ");
    report.lines().forEach(out::println);
    out.flush();
  }

  private void train(KafkaAccess kafka, PreferenceSource source, OfflineTally tally)
      throws Exception {
    try (ServiceGroup services = new ServiceGroup()) {
      kafka.supervise(services);
      services.start("trainer", Training.open(settings, folder, kafka.settings(), source, tally));
      services.awaitEnd();
    }
  }

  private void finish(LedgerState end, OfflineTally tally) throws Exception {
    VersionPublished last = end.version().orElseThrow();
    tally.skipped().forEach(out::println);
    tally.shortened().forEach(out::println);
    if (tally.pairs() == 0) {
      throw new UserException("no preference could be trained on; the lines above say why");
    }
    try (VersionFolders versions = Loop.versions(settings, folder);
        VersionFolder from = PatientFetch.open(versions, last.getUri())) {
      ResultFolder.replace(folder.policy(), from.path());
    }
    out.printf(
        "%s: %d steps on %d pairs, sha256 %s%n",
        folder.policy(), end.step(), tally.pairs(), last.getSha256());
    out.flush();
  }

  private void measure(KafkaSettings kafka) throws Exception {
    Optional<Measurement> configured = Measurement.of(settings, Loop.loader(settings));
    if (configured.isEmpty()) {
      return;
    }
    try (Measurement measurement = configured.get();
        RunWatcher watcher = new RunWatcher(settings.run().id(), kafka)) {
      watcher.start();
      Progress end = watcher.awaitCaughtUp();
      Evaluation evaluation = measurement.full(folder.policy());
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      Report.of(settings.run().id(), end, evaluation, elapsed).write(folder.report());
      List<String> lines = Summary.lines(evaluation, EXAMPLES);
      lines.forEach(out::println);
      out.flush();
    }
  }
}
