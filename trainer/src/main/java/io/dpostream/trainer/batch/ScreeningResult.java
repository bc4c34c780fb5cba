package io.dpostream.trainer.batch;

import io.dpostream.schemas.Skipped;
import io.dpostream.trainer.learner.TrainingPair;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a step does with one preference record. */
public sealed interface ScreeningResult {

  /** It is trained on. */
  record Usable(TrainingPair pair) implements ScreeningResult {}

  /** It is left out although nothing is wrong with it. */
  record Ignored(Skipped skipped) implements ScreeningResult {}

  /** It is left out and dead-lettered. */
  record DeadLettered(Skipped skipped, ConsumerRecord<byte[], byte[]> source)
      implements ScreeningResult {}
}
