/** The quickstart: the whole loop on one machine, with the shipped model. */
@NullMarked
package io.dpostream.pipeline.quickstart;

import org.jspecify.annotations.NullMarked;
