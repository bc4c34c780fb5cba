/** Offline runs, which train a policy on a file or a recorded topic. */
@NullMarked
package io.dpostream.pipeline.offline;

import org.jspecify.annotations.NullMarked;
