/** Files into topics and back. */
@NullMarked
package io.dpostream.pipeline.exchange;

import org.jspecify.annotations.NullMarked;
