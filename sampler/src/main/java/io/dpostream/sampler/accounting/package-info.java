/**
 * The one fold that counts a run's pairs. The sampler paces itself by it, and the pipeline shows
 * it. It lives in this module because pacing needs it and the modules below hold no domain rules.
 * Records go in and counts come out; it knows neither Kafka nor a clock.
 */
@NullMarked
package io.dpostream.sampler.accounting;

import org.jspecify.annotations.NullMarked;
