/** Meters of a run that Prometheus can scrape. */
@NullMarked
package io.dpostream.pipeline.metrics;

import org.jspecify.annotations.NullMarked;
