/** Training on data at hand, epoch after epoch: what fine-tuning and reward models share. */
@NullMarked
package io.dpostream.trainer.epoch;

import org.jspecify.annotations.NullMarked;
