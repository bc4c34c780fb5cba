package io.dpostream.trainer.metrics;

import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.trainer.service.TrainerListener;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * Shows a run in TensorBoard: every step's metrics, under their own names, after the step's commit.
 * Each start of the trainer begins another event file in the folder.
 */
public final class TensorBoardListener implements TrainerListener, AutoCloseable {
  private final TensorBoardWriter writer;
  private final InstantSource clock;

  public TensorBoardListener(Path folder, InstantSource clock) {
    this.writer = TensorBoardWriter.create(folder, clock.instant());
    this.clock = clock;
  }

  @Override
  public void recorded(TrainingStep record) {
    if (record.getEvent() instanceof StepTaken step) {
      writer.scalars(clock.instant(), step.getStep(), step.getMetrics());
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
