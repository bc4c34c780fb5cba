/**
 * How a run's pairs are counted: one fold, which the sampler paces itself by and the pipeline
 * shows. It stands beside the pacing that cannot do without it; whoever watches a run sees the
 * sampler anyway, while the modules below hold no rules of the domain. Records go in, counts come
 * out: no Kafka, no clock.
 */
@NullMarked
package io.dpostream.sampler.accounting;

import org.jspecify.annotations.NullMarked;
