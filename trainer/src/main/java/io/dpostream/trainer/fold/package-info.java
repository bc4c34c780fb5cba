/** The fold itself: ledger records applied to a learner, for recovery and for replay alike. */
@NullMarked
package io.dpostream.trainer.fold;

import org.jspecify.annotations.NullMarked;
