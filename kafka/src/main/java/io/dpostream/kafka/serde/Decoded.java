package io.dpostream.kafka.serde;

/** The result of decoding a record's bytes: a value, or the reason why there is none. */
public sealed interface Decoded<T> {
  /** A decoded value. */
  record Value<T>(T value) implements Decoded<T> {}

  /** Bytes that are not a value of the topic and never will be: they belong in the dead letters. */
  record Undecodable<T>(String error) implements Decoded<T> {}
}
