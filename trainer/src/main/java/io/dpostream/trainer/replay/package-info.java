/** Re-derives the weights of a run from reference, topic and ledger. */
@NullMarked
package io.dpostream.trainer.replay;

import org.jspecify.annotations.NullMarked;
