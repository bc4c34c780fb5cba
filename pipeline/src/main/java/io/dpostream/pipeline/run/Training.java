package io.dpostream.pipeline.run;

import io.dpostream.kafka.KafkaSettings;
import io.dpostream.pipeline.config.Settings;
import io.dpostream.pipeline.judges.JudgeWatch;
import io.dpostream.pipeline.judges.MeasuredLabelSmoothing;
import io.dpostream.settings.UserException;
import io.dpostream.settings.service.Lifecycle;
import io.dpostream.settings.service.Service;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.loss.LossConfig.LabelSmoothingSource;
import io.dpostream.trainer.metrics.DisplacementListener;
import io.dpostream.trainer.metrics.TensorBoardListener;
import io.dpostream.trainer.service.RunSpec;
import io.dpostream.trainer.service.StepLog;
import io.dpostream.trainer.service.TrainerListener;
import io.dpostream.trainer.service.TrainerService;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;

/**
 * The trainer of a run with its followers: steps.jsonl, TensorBoard and warnings. It ends by itself
 * when the run is complete.
 */
public final class Training implements Service {
  private static final InstantSource CLOCK = InstantSource.system();

  private final Lifecycle lifecycle = new Lifecycle();
  private final TrainerService trainer;
  private final StepLog steps;
  private final TensorBoardListener tensorBoard;
  private final KafkaSettings kafka;
  private final Optional<JudgeWatch> judges;

  private Training(
      TrainerService trainer,
      StepLog steps,
      TensorBoardListener tensorBoard,
      KafkaSettings kafka,
      Optional<JudgeWatch> judges) {
    this.trainer = trainer;
    this.steps = steps;
    this.tensorBoard = tensorBoard;
    this.kafka = kafka;
    this.judges = judges;
  }

  /**
   * Opens the files; the service closes them when it has run.
   *
   * @param source preferences of a new run; a continued run has its own
   * @param follower is notified of every record as well
   */
  public static Service open(
      Settings settings,
      RunFolder folder,
      KafkaSettings kafka,
      PreferenceSource source,
      TrainerListener follower) {
    boolean measured =
        settings.trainer().loss().labelSmoothingSource() == LabelSmoothingSource.JUDGES;
    if (measured && source.to().isPresent()) {
      throw new UserException(
          "trainer.label_smoothing_source: 'judges' needs a run with judges; an offline run takes"
              + " trainer.label_smoothing");
    }
    RunSpec run =
        new RunSpec(
            settings.run().id(),
            settings.run().modelFolder(),
            settings.run().referenceFolder(),
            folder.trainer(),
            source,
            settings.run().acceptConfig());
    StepLog steps = new StepLog(folder.steps());
    TensorBoardListener tensorBoard = new TensorBoardListener(folder.tensorboard(), CLOCK);
    TrainerListener listener =
        TrainerListener.all(List.of(steps, tensorBoard, new DisplacementListener(), follower));
    TrainerService.Dependencies parts =
        TrainerService.Dependencies.of(Loop.learners(settings, folder.work()), CLOCK, listener)
            .withPublishing(settings.publish());
    Optional<JudgeWatch> judges =
        measured ? Optional.of(new JudgeWatch(kafka, JudgeWatch.PAIRS)) : Optional.empty();
    TrainerService.Dependencies advised =
        judges
            .map(watch -> parts.withAdvice(new MeasuredLabelSmoothing(watch::summary)))
            .orElse(parts);
    return new Training(
        new TrainerService(settings.trainer(), run, kafka, advised),
        steps,
        tensorBoard,
        kafka,
        judges);
  }

  @Override
  public void run() {
    try (steps;
        tensorBoard) {
      lifecycle.run(this::train);
    }
  }

  private void train() {
    if (judges.isPresent()) {
      runMeasuring(judges.get());
    } else {
      trainer.run();
    }
  }

  /** Creates the topics on which the judges are measured before anything reads them. */
  private void runMeasuring(JudgeWatch watch) {
    try (watch;
        Admin admin = kafka.admin()) {
      kafka.topics().ensure(admin);
      watch.start();
      trainer.run();
    }
  }

  @Override
  public void requestStop() {
    lifecycle.requestStop();
    trainer.requestStop();
  }

  @Override
  public boolean awaitStopped(Duration limit) throws InterruptedException {
    return lifecycle.awaitStopped(limit);
  }
}
