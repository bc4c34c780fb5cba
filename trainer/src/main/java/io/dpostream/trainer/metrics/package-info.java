/** Makes a run observable: event files for TensorBoard, and warnings. */
@NullMarked
package io.dpostream.trainer.metrics;

import org.jspecify.annotations.NullMarked;
