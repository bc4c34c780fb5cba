/** What the wire format costs. */
@NullMarked
package io.dpostream.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
