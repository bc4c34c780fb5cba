/** Turns preference records into batches, identically for live training, recovery and replay. */
@NullMarked
package io.dpostream.trainer.batch;

import org.jspecify.annotations.NullMarked;
