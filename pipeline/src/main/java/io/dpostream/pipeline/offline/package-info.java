/** Offline runs: a file or a recorded topic becomes a policy. */
@NullMarked
package io.dpostream.pipeline.offline;

import org.jspecify.annotations.NullMarked;
