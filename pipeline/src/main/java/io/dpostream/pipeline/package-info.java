/** The dpo command and everything that runs the services together. */
@NullMarked
package io.dpostream.pipeline;

import org.jspecify.annotations.NullMarked;
