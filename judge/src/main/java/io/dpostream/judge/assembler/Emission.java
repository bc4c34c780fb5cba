package io.dpostream.judge.assembler;

import io.dpostream.schemas.Judgment;
import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Preference;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What comes of an event at a pair. */
sealed interface Emission {
  /** How a pair ended. */
  record Ended(PairOutcome outcome) implements Emission {}

  /** What the trainer learns from. */
  record Preferred(Preference preference) implements Emission {}

  /**
   * A judge's vote on a pair that has its outcome: there is nothing left to decide, and nothing
   * wrong. It stands in {@code judgments}, where the statistics of judges read it.
   */
  record Late(Judgment vote) implements Emission {}

  /** A record that could not be used. */
  record Dead(ConsumerRecord<byte[], byte[]> source, String error) implements Emission {}
}
