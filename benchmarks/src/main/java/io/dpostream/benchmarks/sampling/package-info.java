/** What samplers take to write and to change versions. */
@NullMarked
package io.dpostream.benchmarks.sampling;

import org.jspecify.annotations.NullMarked;
