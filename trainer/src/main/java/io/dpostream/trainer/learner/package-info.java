/**
 * The learner: the deterministic state machine that a training step advances. No Kafka, no clock.
 */
@NullMarked
package io.dpostream.trainer.learner;

import org.jspecify.annotations.NullMarked;
