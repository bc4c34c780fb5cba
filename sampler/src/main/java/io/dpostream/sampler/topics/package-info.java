/** Reading topics to their end and beyond. */
@NullMarked
package io.dpostream.sampler.topics;

import org.jspecify.annotations.NullMarked;
