package io.dpostream.pipeline.exchange;

/** The kinds of record that both files and topics can hold. */
public enum RecordType {
  PROMPTS,
  PREFERENCES,
  JUDGMENTS
}
