/** Feeds the prompts of a file to the prompts topic. */
@NullMarked
package io.dpostream.sampler.feed;

import org.jspecify.annotations.NullMarked;
