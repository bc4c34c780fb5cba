/** Where a weight came from: versions, steps, preferences, votes and pairs, followed both ways. */
@NullMarked
package io.dpostream.pipeline.lineage;

import org.jspecify.annotations.NullMarked;
