/** Times training steps and counts what their passes compute. */
@NullMarked
package io.dpostream.benchmarks.training;

import org.jspecify.annotations.NullMarked;
