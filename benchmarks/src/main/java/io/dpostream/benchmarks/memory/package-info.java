/** What a process holds in memory. */
@NullMarked
package io.dpostream.benchmarks.memory;

import org.jspecify.annotations.NullMarked;
