/** Prompts to completion pairs, written by the current policy. */
@NullMarked
package io.dpostream.sampler;

import org.jspecify.annotations.NullMarked;
