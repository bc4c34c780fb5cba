package io.dpostream.judge.assembler;

import io.dpostream.schemas.PairOutcome;
import io.dpostream.schemas.Preference;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Something that the assembler writes. */
sealed interface Emission {
  /** How a pair ended. */
  record Ended(PairOutcome outcome) implements Emission {}

  /** What the trainer learns from. */
  record Preferred(Preference preference) implements Emission {}

  /** A record that could not be used. */
  record Dead(ConsumerRecord<byte[], byte[]> source, String error) implements Emission {}
}
