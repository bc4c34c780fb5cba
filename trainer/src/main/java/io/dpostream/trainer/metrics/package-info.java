/** What a run shows of itself: event files for TensorBoard, and warnings. */
@NullMarked
package io.dpostream.trainer.metrics;

import org.jspecify.annotations.NullMarked;
