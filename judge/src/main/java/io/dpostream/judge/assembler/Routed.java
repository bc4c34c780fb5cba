package io.dpostream.judge.assembler;

import org.jspecify.annotations.Nullable;

/** A record on its way out of a processor. */
sealed interface Routed {
  /** The bytes of its value; a dead letter may have none. */
  byte @Nullable [] value();

  /** To the pair with this record's key, over the internal topic. */
  record ToPair(byte[] value) implements Routed {}

  /** To a topic of the deployment. */
  record ToTopic(String topic, byte @Nullable [] value) implements Routed {}
}
