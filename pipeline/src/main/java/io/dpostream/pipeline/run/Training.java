package io.dpostream.pipeline.run;

import io.dpostream.pipeline.config.Settings;
import io.dpostream.schemas.KafkaSettings;
import io.dpostream.trainer.batch.PreferenceSource;
import io.dpostream.trainer.metrics.DisplacementListener;
import io.dpostream.trainer.metrics.TensorBoardListener;
import io.dpostream.trainer.service.RunSpec;
import io.dpostream.trainer.service.StepLog;
import io.dpostream.trainer.service.TrainerListener;
import io.dpostream.trainer.service.TrainerService;
import java.time.InstantSource;
import java.util.List;

/**
 * The trainer of a run with what follows it: steps.jsonl, TensorBoard, warnings. It ends by itself
 * when the run is complete.
 */
public final class Training implements Service {
  private static final InstantSource CLOCK = InstantSource.system();

  private final TrainerService trainer;
  private final StepLog steps;
  private final TensorBoardListener tensorBoard;

  private Training(TrainerService trainer, StepLog steps, TensorBoardListener tensorBoard) {
    this.trainer = trainer;
    this.steps = steps;
    this.tensorBoard = tensorBoard;
  }

  /**
   * Opens the files; the service closes them when it has run.
   *
   * @param source of a new run; a continued one has its own
   * @param follower told of every record as well
   */
  public static Service open(
      Settings settings,
      RunFolder folder,
      KafkaSettings kafka,
      PreferenceSource source,
      TrainerListener follower) {
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
    TrainerService.Parts parts =
        TrainerService.Parts.of(Loop.learners(settings, folder.work()), CLOCK, listener);
    return new Training(
        new TrainerService(settings.trainer(), run, kafka, parts), steps, tensorBoard);
  }

  @Override
  public void run() {
    try (steps;
        tensorBoard) {
      trainer.run();
    }
  }

  @Override
  public void stop() {
    trainer.close();
  }
}
