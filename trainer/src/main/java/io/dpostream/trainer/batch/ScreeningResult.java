package io.dpostream.trainer.batch;

import io.dpostream.schemas.Skipped;
import io.dpostream.trainer.learner.TrainingPair;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The fate of one preference record in a step. */
public sealed interface ScreeningResult {

  /** The record is trained on. */
  record Usable(TrainingPair pair) implements ScreeningResult {}

  /** The record is skipped although nothing is wrong with it; it is stale, for example. */
  record Ignored(Skipped skipped) implements ScreeningResult {}

  /** The record is skipped and dead-lettered. */
  record DeadLettered(Skipped skipped, ConsumerRecord<byte[], byte[]> source)
      implements ScreeningResult {}
}
