/** Trains reward models on preferences. No Kafka. */
@NullMarked
package io.dpostream.trainer.reward;

import org.jspecify.annotations.NullMarked;
