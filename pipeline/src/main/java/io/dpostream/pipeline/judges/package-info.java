/** Measurement of a run's judges while it runs, and what follows from it for training. */
@NullMarked
package io.dpostream.pipeline.judges;

import org.jspecify.annotations.NullMarked;
