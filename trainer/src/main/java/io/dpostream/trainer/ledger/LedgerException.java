package io.dpostream.trainer.ledger;

/**
 * The ledger of a run cannot be believed: a record is missing, doubled or out of place. Nothing may
 * be trained on it. The message is one line.
 */
public final class LedgerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A record that cannot stand at this place. */
  public LedgerException(String runId, long sequence, String problem) {
    super("ledger of run " + runId + ", record " + sequence + ": " + problem);
  }
}
