/** The training ledger: which records made which step, folded into the state of a run. */
@NullMarked
package io.dpostream.trainer.ledger;

import org.jspecify.annotations.NullMarked;
