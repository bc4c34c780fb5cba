package io.dpostream.trainer.service;

import java.util.Locale;

/** A place where a test can kill the trainer; {@link #id} is its name outside. */
public enum Failpoint {
  /** A step's record is with the broker, its transaction open. */
  BEFORE_LEDGER_COMMIT,
  /** A step's record has been committed. */
  AFTER_LEDGER_COMMIT,
  /** A checkpoint's files have been written under a temporary name. */
  DURING_CHECKPOINT_WRITE,
  /** A checkpoint has its name, the ledger does not know it. */
  AFTER_CHECKPOINT_RENAME,
  /** A version's folder has its name, nobody knows it. */
  AFTER_RENAME_BEFORE_PUBLICATION,
  /** A version's record is with the broker, its transaction open. */
  DURING_PUBLICATION;

  /** For example {@code before-ledger-commit}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
