/** Checkpoint folders: immutable, complete or absent, verified by hash. */
@NullMarked
package io.dpostream.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
