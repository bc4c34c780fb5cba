/** What a run is doing, counted from its topics and shown on the terminal. */
@NullMarked
package io.dpostream.pipeline.progress;

import org.jspecify.annotations.NullMarked;
