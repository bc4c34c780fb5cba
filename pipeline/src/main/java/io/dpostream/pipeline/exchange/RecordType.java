package io.dpostream.pipeline.exchange;

/** What files and topics can both hold. */
public enum RecordType {
  PROMPTS,
  PREFERENCES,
  JUDGMENTS
}
