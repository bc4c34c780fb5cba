/** Which policy version samples, and how the next one takes its place. */
@NullMarked
package io.dpostream.sampler.versions;

import org.jspecify.annotations.NullMarked;
