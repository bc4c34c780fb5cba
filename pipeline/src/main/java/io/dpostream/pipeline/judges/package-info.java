/** Measures the judges of a run as it goes on, and what follows for training. */
@NullMarked
package io.dpostream.pipeline.judges;

import org.jspecify.annotations.NullMarked;
