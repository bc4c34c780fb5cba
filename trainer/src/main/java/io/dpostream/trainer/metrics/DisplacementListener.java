package io.dpostream.trainer.metrics;

import io.dpostream.schemas.StepTaken;
import io.dpostream.schemas.TrainingStep;
import io.dpostream.trainer.service.TrainerListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the warnings of a {@link DisplacementWatch} over a run's steps, past ones included. */
public final class DisplacementListener implements TrainerListener {
  private static final Logger log = LoggerFactory.getLogger(DisplacementListener.class);
  private static final int STEPS = 40;

  private final DisplacementWatch watch = new DisplacementWatch(STEPS);

  @Override
  public void history(TrainingStep record) {
    if (record.getEvent() instanceof StepTaken step) {
      watch.add(step.getMetrics());
    }
  }

  @Override
  public void recorded(TrainingStep record) {
    if (record.getEvent() instanceof StepTaken step) {
      watch
          .add(step.getMetrics())
          .ifPresent(warning -> log.warn("step {}: {}", step.getStep(), warning));
    }
  }
}
