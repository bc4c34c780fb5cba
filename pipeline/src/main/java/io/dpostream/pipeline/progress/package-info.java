/** The progress of a run, counted from its topics and shown on the terminal. */
@NullMarked
package io.dpostream.pipeline.progress;

import org.jspecify.annotations.NullMarked;
