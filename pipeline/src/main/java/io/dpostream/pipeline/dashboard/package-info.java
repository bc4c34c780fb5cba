/** The page that shows a run, and the endpoint that Prometheus scrapes. */
@NullMarked
package io.dpostream.pipeline.dashboard;

import org.jspecify.annotations.NullMarked;
