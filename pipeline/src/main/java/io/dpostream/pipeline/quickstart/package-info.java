/** The whole loop on one machine, with the model that is shipped. */
@NullMarked
package io.dpostream.pipeline.quickstart;

import org.jspecify.annotations.NullMarked;
