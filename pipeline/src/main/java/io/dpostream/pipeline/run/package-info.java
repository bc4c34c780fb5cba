/** Several services in one process, started, watched and stopped as one. */
@NullMarked
package io.dpostream.pipeline.run;

import org.jspecify.annotations.NullMarked;
