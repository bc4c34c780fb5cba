package io.dpostream.kafka.serde;

/** What became of a record's bytes: a value, or the reason why there is none. */
public sealed interface Decoded<T> {
  /** A decoded value. */
  record Value<T>(T value) implements Decoded<T> {}

  /** Bytes that are no value of the topic and never will be: material for the dead letters. */
  record Undecodable<T>(String error) implements Decoded<T> {}
}
