/** What large models take of a machine. */
@NullMarked
package io.dpostream.benchmarks.models;

import org.jspecify.annotations.NullMarked;
