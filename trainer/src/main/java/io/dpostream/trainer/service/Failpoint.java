package io.dpostream.trainer.service;

import java.util.Locale;

/** A place where a test can kill the trainer; {@link #id} is its name outside. */
public enum Failpoint {
  /** A step's record has been sent to the broker; its transaction is still open. */
  BEFORE_LEDGER_COMMIT,
  /** A step's record has been committed. */
  AFTER_LEDGER_COMMIT,
  /** A checkpoint's files have been written under a temporary name. */
  DURING_CHECKPOINT_WRITE,
  /** A checkpoint has its final name, but the ledger does not name it yet. */
  AFTER_CHECKPOINT_RENAME,
  /** A version's folder has its final name, but has not been announced. */
  AFTER_RENAME_BEFORE_PUBLICATION,
  /** A version's record has been sent to the broker; its transaction is still open. */
  DURING_PUBLICATION;

  /** The name by which a test asks for this failpoint, such as {@code before-ledger-commit}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
