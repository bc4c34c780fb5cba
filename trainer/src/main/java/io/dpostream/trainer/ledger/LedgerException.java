package io.dpostream.trainer.ledger;

/**
 * Thrown when the ledger of a run is inconsistent: a record is missing, duplicated or out of place.
 * Nothing may be trained on it. The message is one line.
 */
public final class LedgerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Reports a record that cannot follow those before it. */
  public LedgerException(String runId, long sequence, String problem) {
    super("ledger of run " + runId + ", record " + sequence + ": " + problem);
  }
}
