/** The choice of the policy version that samples, and the swap to the next one. */
@NullMarked
package io.dpostream.sampler.versions;

import org.jspecify.annotations.NullMarked;
