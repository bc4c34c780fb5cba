/** How fast pairs become preferences, on a real broker; the scripts are in benchmarks/judging. */
@NullMarked
package io.dpostream.benchmarks.judging;

import org.jspecify.annotations.NullMarked;
