/** Trains on a fixed set of data, epoch after epoch; shared by fine-tuning and reward models. */
@NullMarked
package io.dpostream.trainer.epoch;

import org.jspecify.annotations.NullMarked;
