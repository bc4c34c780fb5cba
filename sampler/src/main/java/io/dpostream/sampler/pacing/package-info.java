/** Pacing: how far the sampler may run ahead of judges and trainer. */
@NullMarked
package io.dpostream.sampler.pacing;

import org.jspecify.annotations.NullMarked;
