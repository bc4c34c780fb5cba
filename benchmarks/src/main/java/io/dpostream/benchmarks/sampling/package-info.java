/**
 * Samplers: decoding beside transformers and llama.cpp, several that share one bound, and changes
 * of version.
 */
@NullMarked
package io.dpostream.benchmarks.sampling;

import org.jspecify.annotations.NullMarked;
