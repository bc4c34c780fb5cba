/** What a run does, as meters that Prometheus can scrape. */
@NullMarked
package io.dpostream.pipeline.metrics;

import org.jspecify.annotations.NullMarked;
