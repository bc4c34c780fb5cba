/** Several samplers of one run: how much faster they are, and whether they keep one bound. */
@NullMarked
package io.dpostream.benchmarks.sampling;

import org.jspecify.annotations.NullMarked;
